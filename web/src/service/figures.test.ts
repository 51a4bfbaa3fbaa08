import { expect, test } from "vitest";
import { ApiError } from "../api/request";
import { Figures } from "./figures.svelte";
import { exampleOverview } from "./overview-example";

const services = ["a", "b", "c", "d", "e"].map((id) => ({ ...exampleOverview().service, id }));

test("asks for two services at a time, and says when all have been asked for", async () => {
  let [under, most] = [0, 0];
  const figures = new Figures(async () => {
    most = Math.max(most, (under += 1));
    await Promise.resolve();
    under -= 1;
    return exampleOverview();
  }, () => undefined);
  await figures.round(services);
  expect([most, figures.of.size, figures.settled]).toEqual([2, 5, true]);
});

test("one that fails does not hide the others, and one that was known stays", async () => {
  let bad = "b";
  const figures = new Figures(async (id) => {
    if (id === bad) throw new ApiError(503, "away", "");
    return exampleOverview();
  }, () => undefined);
  await figures.round(services);
  bad = "a";
  await figures.round(services.slice(0, 1));
  expect([figures.of.get("a")?.kind, figures.of.get("b")?.kind, figures.of.get("e")?.kind]).toEqual(["known", "failed", "known"]);
});

test("stops at once when the session is over", async () => {
  let [asked, expired] = [0, 0];
  const read = async () => {
    asked += 1;
    throw new ApiError(401, "no_session", "");
  };
  await new Figures(read, () => (expired += 1)).round(services);
  expect(asked).toBeLessThanOrEqual(2);
  expect(expired).toBe(1);
});
