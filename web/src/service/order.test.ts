import { expect, test } from "vitest";
import { ordered, pressed, type Order, type Row } from "./order";
import { exampleOverview } from "./overview-example";

const row = (name: string, open: number | null, overdue = 0): Row => ({
  service: { ...exampleOverview().service, id: name },
  name,
  overview: open === null ? null : exampleOverview({ open, overdue, ahead: [] }),
});
const rows = [row("C", 5), row("A", 7, 3), row("B", 7), row("D", null), row("E", 0)];
const names = (order: Order) => ordered(rows, order).map((one) => one.name).join("");

test("numbers begin with the largest; what is unknown stands last, whichever way", () => {
  expect(names({ column: "overdue", descending: true })).toBe("AEBCD");
  expect(names({ column: "overdue", descending: false })).toBe("EABCD");
  expect(names({ column: "open", descending: true })).toBe("ABCED");
});

test("a service without a case is no zero", () => {
  const none: Row = { ...row("0", 0), overview: exampleOverview({ opened: 0, open: 0, overdue: 0 }) };
  expect(ordered([none, ...rows], { column: "overdue", descending: false }).map((one) => one.name).join("")).toBe("EABC0D");
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
