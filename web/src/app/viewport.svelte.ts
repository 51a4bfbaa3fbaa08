import { MediaQuery } from "svelte/reactivity";

/** Three columns fit. */
export const wide = new MediaQuery("min-width: 1100px", true);
/** One column of cards. */
export const phone = new MediaQuery("max-width: 640px", false);
