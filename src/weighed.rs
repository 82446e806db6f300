//! Channels that are bounded by bytes as well as by number: what waits in them may be
//! whole pictures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
use parking_lot::{Condvar, Mutex};

/// Something that may wait.
pub trait Weight {
    /// Bytes of memory that it holds, about; what is shared counts whole.
    fn bytes(&self) -> usize;
}

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Messages.
    pub count: usize,
    /// Bytes of all of them; a heavier one waits alone.
    pub bytes: usize,
}

#[derive(Debug, Default)]
struct Load {
    count: usize,
    bytes: usize,
    /// Nobody will take anything any more.
    closed: bool,
}

#[derive(Debug)]
struct Gauge {
    bounds: Bounds,
    load: Mutex<Load>,
    lighter: Condvar,
}

impl Gauge {
    fn fits(&self, load: &Load, bytes: usize) -> bool {
        load.closed
            || (load.count < self.bounds.count
                && (load.bytes == 0 || load.bytes.saturating_add(bytes) <= self.bounds.bytes))
    }

    /// Makes room, waiting until `until` (for ever when absent); whether there was any.
    fn enter(&self, bytes: usize, until: Option<Instant>) -> bool {
        let mut load = self.load.lock();
        while !self.fits(&load, bytes) {
            match until {
                None => self.lighter.wait(&mut load),
                Some(until) if self.lighter.wait_until(&mut load, until).timed_out() => {
                    return false;
                }
                Some(_) => {}
            }
        }
        load.count += 1;
        load.bytes += bytes;
        true
    }

    fn leave(&self, bytes: usize) {
        let mut load = self.load.lock();
        load.count -= 1;
        load.bytes -= bytes;
        drop(load);
        self.lighter.notify_all();
    }
}

/// The sending end.
#[derive(Debug)]
pub struct Sender<T> {
    channel: crossbeam_channel::Sender<(usize, T)>,
    gauge: Arc<Gauge>,
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self {
            channel: self.channel.clone(),
            gauge: Arc::clone(&self.gauge),
        }
    }
}

/// The receiving end. When it is dropped, nobody waits for room any more.
#[derive(Debug)]
pub struct Receiver<T> {
    channel: crossbeam_channel::Receiver<(usize, T)>,
    gauge: Arc<Gauge>,
}

/// A channel within bounds.
pub fn channel<T: Weight>(bounds: Bounds) -> (Sender<T>, Receiver<T>) {
    // The gauge beside it bounds it.
    #[allow(clippy::disallowed_methods)]
    let (sender, receiver) = crossbeam_channel::unbounded();
    let gauge = Arc::new(Gauge {
        bounds,
        load: Mutex::default(),
        lighter: Condvar::new(),
    });
    let sender = Sender {
        channel: sender,
        gauge: Arc::clone(&gauge),
    };
    let receiver = Receiver {
        channel: receiver,
        gauge,
    };
    (sender, receiver)
}

impl<T: Weight> Sender<T> {
    /// Sends, waiting for room.
    ///
    /// # Errors
    /// When nobody receives any more.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let bytes = message.bytes();
        self.gauge.enter(bytes, None);
        let sent = self.channel.send((bytes, message));
        sent.map_err(|e| SendError(e.0.1))
    }

    /// Sends, waiting for room at most so long.
    ///
    /// # Errors
    /// When there was no room, or nobody receives any more.
    pub fn send_timeout(&self, message: T, time: Duration) -> Result<(), SendTimeoutError<T>> {
        let bytes = message.bytes();
        if !self.gauge.enter(bytes, Some(Instant::now() + time)) {
            return Err(SendTimeoutError::Timeout(message));
        }
        let sent = self.channel.send((bytes, message));
        sent.map_err(|e| SendTimeoutError::Disconnected(e.0.1))
    }

    /// Sends if there is room.
    ///
    /// # Errors
    /// When there is none, or nobody receives any more.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let bytes = message.bytes();
        if !self.gauge.enter(bytes, Some(Instant::now())) {
            return Err(TrySendError::Full(message));
        }
        let sent = self.channel.send((bytes, message));
        sent.map_err(|e| TrySendError::Disconnected(e.0.1))
    }
}

impl<T> Receiver<T> {
    fn taken<E>(&self, received: Result<(usize, T), E>) -> Result<T, E> {
        received.map(|(bytes, message)| {
            self.gauge.leave(bytes);
            message
        })
    }

    /// The next message, waiting for it.
    ///
    /// # Errors
    /// When nobody sends any more.
    pub fn recv(&self) -> Result<T, RecvError> {
        self.taken(self.channel.recv())
    }

    /// The next message, waiting for it at most so long.
    ///
    /// # Errors
    /// When none came, or nobody sends any more.
    pub fn recv_timeout(&self, time: Duration) -> Result<T, RecvTimeoutError> {
        self.taken(self.channel.recv_timeout(time))
    }

    /// The next message, waiting for it at most until then.
    ///
    /// # Errors
    /// When none came, or nobody sends any more.
    pub fn recv_deadline(&self, until: Instant) -> Result<T, RecvTimeoutError> {
        self.taken(self.channel.recv_deadline(until))
    }

    /// The next message, if there is one.
    ///
    /// # Errors
    /// When there is none, or nobody sends any more.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.taken(self.channel.try_recv())
    }

    /// All messages until nobody sends any more.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.recv().ok())
    }

    /// The messages that are there.
    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.try_recv().ok())
    }

    /// Messages that wait.
    pub fn len(&self) -> usize {
        self.channel.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.channel.is_empty()
    }

    /// Bytes of the messages that wait.
    pub fn bytes(&self) -> usize {
        self.gauge.load.lock().bytes
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.gauge.load.lock().closed = true;
        self.gauge.lighter.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weight for Vec<u8> {
        fn bytes(&self) -> usize {
            self.len()
        }
    }

    const BOUNDS: Bounds = Bounds {
        count: 3,
        bytes: 100,
    };

    #[test]
    fn bytes_are_bounded_and_so_is_the_number() {
        let (sender, receiver) = channel::<Vec<u8>>(BOUNDS);
        sender.try_send(vec![0; 60]).unwrap();
        assert!(sender.try_send(vec![0; 41]).is_err(), "too heavy together");
        sender.try_send(vec![0; 40]).unwrap();
        assert_eq!((receiver.bytes(), receiver.len()), (100, 2));
        receiver.recv().unwrap();
        assert_eq!(receiver.bytes(), 40);
        sender.try_send(vec![]).unwrap();
        sender.try_send(vec![]).unwrap();
        assert!(sender.try_send(vec![]).is_err(), "too many");
        assert_eq!(receiver.try_iter().count(), 3);
        assert_eq!(receiver.bytes(), 0);
        // Heavier than all that may wait: alone, and then nothing else.
        sender.try_send(vec![0; 500]).unwrap();
        assert!(sender.try_send(vec![0; 1]).is_err());
    }

    #[test]
    fn a_sender_waits_for_room_and_not_for_a_reader_that_has_gone() {
        let (sender, receiver) = channel::<Vec<u8>>(BOUNDS);
        sender.send(vec![0; 90]).unwrap();
        let full = sender.send_timeout(vec![0; 90], Duration::from_millis(5));
        assert!(matches!(full, Err(SendTimeoutError::Timeout(_))));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| sender.send(vec![1; 90]));
            assert_eq!(receiver.recv().unwrap()[0], 0);
            assert_eq!(receiver.recv().unwrap()[0], 1);
            waiting.join().unwrap().unwrap();
            sender.send(vec![0; 90]).unwrap();
            let waiting = scope.spawn(|| sender.send(vec![2; 90]));
            drop(receiver);
            assert!(waiting.join().unwrap().is_err());
        });
    }
}
