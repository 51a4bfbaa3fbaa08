import "./look/fonts.css";
import "./look/tokens.css";
import "./look/base.css";
import "./look/controls.css";
import "./look/states.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { parseRoute } from "./app/route";
import { preloadFont } from "./look/preload";

preloadFont(parseRoute(location.pathname, location.search).page === "wall" ? "wall" : "desk");

const target = document.getElementById("app");
if (target) mount(App, { target });
