//! Foreign tables from files in a folder of their own to rows.

#[path = "import/table.rs"]
mod table;

#[path = "import/numbers.rs"]
mod numbers;
#[path = "import/real.rs"]
mod real;
#[path = "import/refused.rs"]
mod refused;
#[path = "import/rows.rs"]
mod rows;
#[path = "import/times.rs"]
mod times;
#[path = "import/workbook.rs"]
mod workbook;
