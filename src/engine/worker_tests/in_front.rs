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
    let params = StyleParams {
        model: "restyle".into(),
        photo: SourceRef::default(),
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
