//! dashboard-server
