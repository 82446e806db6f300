//! Jobs that run in front of others, which stand aside or are paused meanwhile.

use super::*;
use crate::recipe::Wrap;

#[test]
fn measuring_can_be_stopped_while_another_job_runs_in_front_of_it() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| match line {
        "measuring step 0" => mailbox.post(job(2, "a", 3)).unwrap(),
        "a step 1" => mailbox.post(Request::Cancel(JobId(1))).unwrap(),
        _ => {}
    });
    engine.send(measuring(1)).unwrap();
    let events = engine.run();
    assert_eq!(ends(&events), [(2, true), (1, false)]);
    assert_eq!(script.lines().last().unwrap(), "a step 2");
}

/// Three steps that can be paused.
fn fine(id: u64) -> Request {
    fine_of(id, "fine")
}

fn fine_of(id: u64, name: &str) -> Request {
    let params = StyleParams {
        model: "restyle".into(),
        photo: SourceRef {
            name: name.into(),
            ..SourceRef::default()
        },
        styles: Vec::new(),
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: Wrap::None,
    };
    let options = FineOptions {
        max_side: None,
        memory_budget: 1 << 30,
        effort: Effort::Steps(3),
    };
    Request::Job {
        id: JobId(id),
        job: Job::StylizeFine(Arc::new(params), options),
    }
}

fn paused(id: u64, paused: bool) -> Request {
    Request::Pause {
        id: JobId(id),
        paused,
    }
}

fn steps(of: &str, range: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    range.map(move |step| format!("{of} step {step}"))
}

/// The first job is paused at its first step; `then` is posted when what nobody waits for has done
/// two of its four steps in its place. The lines, and how the jobs ended.
fn interrupted(then: impl Fn() -> Request + Send + 'static) -> (Vec<String>, Vec<(u64, bool)>) {
    let (mut engine, script) = engine();
    let mut done = false;
    during(&script, &engine, move |line, mailbox| match line {
        "fine step 0" => {
            mailbox.post(paused(1, true)).unwrap();
            mailbox.post(measuring(2)).unwrap();
        }
        "measuring step 1" if !std::mem::replace(&mut done, true) => {
            mailbox.post(then()).unwrap();
        }
        _ => {}
    });
    engine.send(fine(1)).unwrap();
    let events = engine.run();
    (script.lines(), ends(&events))
}

#[test]
fn what_nobody_waits_for_leaves_off_when_a_paused_job_goes_on() {
    let before = || steps("fine", 0..1).chain(steps("measuring", 0..2));
    for then in [|| paused(1, false), || Request::Finish(JobId(1))] {
        let (lines, ended) = interrupted(then);
        let after = steps("fine", 1..3).chain(steps("measuring", 0..4));
        assert_eq!(lines, before().chain(after).collect::<Vec<_>>());
        assert_eq!(ended, [(1, true), (2, true)]);
    }
    let (lines, ended) = interrupted(|| Request::Cancel(JobId(1)));
    let after = steps("measuring", 0..4);
    assert_eq!(lines, before().chain(after).collect::<Vec<_>>());
    assert_eq!(ended, [(1, false), (2, true)]);
}

#[test]
fn what_was_asked_for_while_a_job_is_paused_is_done_before_that_goes_on() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| match line {
        "fine step 0" => {
            mailbox.post(paused(1, true)).unwrap();
            mailbox.post(job(2, "a", 3)).unwrap();
        }
        "a step 0" => mailbox.post(paused(1, false)).unwrap(),
        _ => {}
    });
    engine.send(fine(1)).unwrap();
    let events = engine.run();
    let order = steps("fine", 0..1).chain(steps("a", 0..3));
    let order = order.chain(steps("fine", 1..3));
    assert_eq!(script.lines(), order.collect::<Vec<_>>());
    assert_eq!(ends(&events), [(2, true), (1, true)]);
}

#[test]
fn what_let_a_job_go_first_goes_on_while_that_is_paused() {
    for (beneath, name) in [(measuring(1), "measuring"), (growing(1, "tree"), "tree")] {
        let (mut engine, script) = engine();
        let mut asked = false;
        during(&script, &engine, move |line, mailbox| match line {
            "fine step 0" => mailbox.post(paused(2, true)).unwrap(),
            "measuring step 1" | "tree step 1" if !std::mem::replace(&mut asked, true) => {
                mailbox.post(fine(2)).unwrap();
            }
            "measuring step 2" | "tree step 2" => mailbox.post(paused(2, false)).unwrap(),
            _ => {}
        });
        engine.send(beneath).unwrap();
        let events = engine.run();
        let before = steps(name, 0..2).chain(steps("fine", 0..1));
        let order: Vec<String> = match name {
            // Nobody waits for it: it begins once more when the other goes on.
            "measuring" => before
                .chain(steps(name, 0..3))
                .chain(steps("fine", 1..3))
                .chain(steps(name, 0..4))
                .collect(),
            _ => before
                .chain(steps(name, 0..4))
                .chain(steps("fine", 1..3))
                .collect(),
        };
        assert_eq!(script.lines(), order);
        assert_eq!(ends(&events).len(), 2);
    }
}

#[test]
fn of_two_paused_jobs_the_one_goes_on_that_is_to() {
    let (mut engine, script) = engine();
    let mut waits = false;
    during(&script, &engine, move |line, mailbox| match line {
        "a step 0" => {
            mailbox.post(paused(1, true)).unwrap();
            mailbox.post(fine_of(2, "b")).unwrap();
        }
        "b step 0" if !std::mem::replace(&mut waits, true) => {
            mailbox.post(paused(2, true)).unwrap();
            mailbox.post(paused(1, false)).unwrap();
        }
        "a step 2" => mailbox.post(paused(2, false)).unwrap(),
        _ => {}
    });
    engine.send(fine_of(1, "a")).unwrap();
    let events = engine.run();
    // The other gives up its turn, and what it has done is kept elsewhere.
    let order = steps("a", 0..1).chain(steps("b", 0..1));
    let order = order.chain(steps("a", 1..3)).chain(steps("b", 0..1));
    assert_eq!(script.lines()[..5], order.collect::<Vec<_>>());
    assert_eq!(ends(&events), [(1, true), (2, true)]);
}
