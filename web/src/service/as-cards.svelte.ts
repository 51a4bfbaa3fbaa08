import { MediaQuery } from "svelte/reactivity";

/** Rows of tables stand as cards; service.css says so at the same width. */
export const asCards = new MediaQuery("max-width: 760px", false);
