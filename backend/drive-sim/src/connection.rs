//! A hand on the socket under a request, to close it without an answer.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Weak};

use actix_web::dev::Extensions;

/// The socket of a connection.
#[derive(Debug)]
pub(crate) struct Connection(TcpStream);

impl Connection {
    /// Keeps a second handle of the socket that actix-web works with.
    pub(crate) fn keep(socket: &dyn Any, data: &mut Extensions) -> Option<Weak<Self>> {
        let socket = socket.downcast_ref::<actix_web::rt::net::TcpStream>()?;
        let handle = socket.as_fd().try_clone_to_owned().ok()?;
        let connection = Arc::new(Self(TcpStream::from(handle)));
        let weak = Arc::downgrade(&connection);
        data.insert(connection);
        Some(weak)
    }

    /// Closes the socket in both directions; what is written to it afterwards goes nowhere.
    pub(crate) fn cut(&self) {
        // It fails only when the other side has closed it already.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}
