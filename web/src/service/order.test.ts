import { expect, test } from "vitest";
import { ordered, pressed, type Order, type Row } from "./order";
import { exampleOverview } from "./overview-example";

/** `open` is null for a service without a case; only what is overdue has a target. */
const row = (name: string, open: number | null, overdue = 0): Row => {
  const counts = open === null ? { opened: 0, open: 0, overdue, with_target: 0 } : { open, overdue, with_target: overdue };
  const { service, ...figures } = exampleOverview(counts);
  return { service: { ...service, id: name, figures }, name };
};
const rows = [row("C", 5), row("A", 7, 3), row("B", 7), row("D", null), row("E", 0)];
const names = (order: Order) => ordered(rows, order).map((one) => one.name).join("");

test("numbers begin with the largest; what is unknown stands last, whichever way", () => {
  expect(names({ column: "overdue", descending: true })).toBe("AEBCD");
  expect(names({ column: "overdue", descending: false })).toBe("EABCD");
  expect(names({ column: "open", descending: true })).toBe("ABCED");
});

test("a service without a case is no zero", () => {
  expect(names({ column: "open", descending: false })).toBe("ECABD");
});

test("names begin with the first", () => {
  expect(names({ column: "name", descending: false })).toBe("ABCDE");
});

test("a head that is pressed again turns round", () => {
  const open = pressed({ column: "overdue", descending: true }, "open");
  expect(open).toEqual({ column: "open", descending: true });
  expect(pressed(open, "open")).toEqual({ column: "open", descending: false });
  expect(pressed(open, "name")).toEqual({ column: "name", descending: false });
});
