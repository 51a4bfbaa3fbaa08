// Asks for the one font file that the page will need, before the first line of text is laid out.

import desk from "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2?url";
import wall from "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wdth-normal.woff2?url";

export function preloadFont(page: "wall" | "desk"): void {
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "font";
  link.type = "font/woff2";
  link.crossOrigin = "anonymous";
  link.href = page === "wall" ? wall : desk;
  document.head.append(link);
}
