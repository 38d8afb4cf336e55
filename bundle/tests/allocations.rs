//! Decisions allocate nothing. A binary of its own, since it counts what the whole process allocates.
#![allow(unsafe_code, clippy::expect_used, reason = "an allocator is unsafe; a test that can't go on has failed")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use rolec_bundle::{Bundle, Place, Request, Subject, Value};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator, with the layouts as they come.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps to what the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn decisions_allocate_nothing() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1.0.rbundle");
    let bundle = Bundle::open(path).expect("a bundle");
    let bob = Subject::User("bob@acme.example");
    let attributes = [("Queue.size", Value::Number(12.0)), ("Queue.name", Value::String("Sales"))];
    let request = Request::new(bob, "routing:queue:edit").within("north").on("Scripts").with(&attributes);
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let state = bundle.at(Some("us-east-1"), None).expect("a state");
    let mut allowed = 0;
    for division in ["north", "main", "nowhere"] {
        allowed += usize::from(state.decide(&Request { division: Some(division), ..request }).allowed);
    }
    let (subject, permission) = state.subject(bob).zip(state.permission("routing:skill:view")).expect("both are there");
    allowed += usize::from(state.decide_known(subject, permission, &Place::default()).allowed);
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), before);
    let session = state.session(subject).expect("a session");
    let begun = ALLOCATIONS.load(Ordering::Relaxed);
    assert!(begun > before, "the counter counts");
    allowed += usize::from(session.decide(permission, &Place::default()).allowed);
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), begun);
    assert_eq!(allowed, 3);
}
