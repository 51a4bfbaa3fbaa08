//! Intake on a real store in a folder of its own, through its doors.

#[path = "intake/house.rs"]
mod house;

#[path = "intake/cases.rs"]
mod cases;
#[path = "intake/codes.rs"]
mod codes;
#[path = "intake/http.rs"]
mod http;
#[path = "intake/neighbours.rs"]
mod neighbours;
#[path = "intake/trouble.rs"]
mod trouble;
#[path = "intake/websocket.rs"]
mod websocket;
