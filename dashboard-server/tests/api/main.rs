//! The server's library side from outside: every route, real sockets, one store a test.

mod answers;
mod house;
mod live;
mod matrix;
mod people;
mod reading;
mod services;
mod socket;
