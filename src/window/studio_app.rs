//! The loop: one frame after the other, and what eframe wants to know of it.

use std::time::Instant;

use crate::app::action::{Action, ViewEdit};
use crate::app::command::Command;
use crate::app::dispatch::{self, Effect};
use crate::app::events;
use crate::app::frame;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::queue::{Actions, Sent};
use crate::app::session::Session;
use crate::app::state::AppState;
use crate::ui::Ui;

/// The window.
pub struct StudioApp {
    /// Everything that is shown. Read here; changed by `app`'s doors alone.
    pub state: AppState,
    services: Services,
    session: Session,
    actions: Actions,
    ui: Ui,
    hand_on: bool,
    /// The compare key is down.
    holding: bool,
    /// The pressed paste keys came with something pasted.
    paste_heard: bool,
    /// Whether the command key alone is down, when it last was, and whether V went
    /// down as a key.
    command_held: bool,
    command_down: f64,
    plain_v: bool,
}

impl StudioApp {
    /// A studio on the given doors, with the last session if there is one.
    ///
    /// # Errors
    /// If the looks that ship can't be read, or the system gives no thread.
    pub fn new(
        ctx: &egui::Context,
        mut services: Services,
        mut session: Session,
    ) -> Result<Self, crate::ui::StartError> {
        let ui = Ui::new(ctx)?;
        let state = frame::begin(&mut session, &mut services);
        Ok(Self {
            state,
            services,
            session,
            actions: Actions::default(),
            ui,
            hand_on: false,
            holding: false,
            paste_heard: false,
            command_held: false,
            command_down: f64::NEG_INFINITY,
            plain_v: false,
        })
    }

    /// Queues an action from outside, e.g. files named on the command line.
    #[track_caller]
    pub fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// The part of a frame without drawing.
    pub fn think(&mut self, ctx: &egui::Context) {
        let start = Instant::now();
        self.step(ctx);
        self.ui.logic_time = start.elapsed();
    }

    /// The drawing part of a frame; notes the time of both parts.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        let start = Instant::now();
        let ctx = ui.ctx().clone();
        self.read_input(&ctx);
        self.ui.draw(ui, &self.state, &mut self.actions);
        if frame::is_due(&self.actions, &self.state) {
            ctx.request_repaint();
        }
        let time = self.ui.logic_time + start.elapsed();
        frame::drawn(&mut self.state, time);
    }

    /// Answers, actions, requests: everything but drawing.
    fn step(&mut self, ctx: &egui::Context) {
        let now = Now {
            time: ctx.input(|i| i.time),
            pointer_down: ctx.input(|i| i.pointer.any_down()),
        };
        let mut follow = events::drain(&mut self.state, &mut self.services);
        let queued = self.actions.drain();
        for sent in follow.drain().into_iter().chain(queued) {
            self.carry_out(ctx, sent, now);
        }
        let tick = frame::tick(&mut self.state, &mut self.services, now, self.hand_on);
        // The picture was moved: when the walk stops, a full one is asked for.
        self.hand_on |= tick.walking;
        if let Some(trouble) = self.session.autosave(&self.state) {
            self.state.toasts.push(Level::Warning, trouble);
        }
        for wait in [tick.next, self.session.due_in()].into_iter().flatten() {
            ctx.request_repaint_after(wait);
        }
    }

    fn carry_out(&mut self, ctx: &egui::Context, sent: Sent, now: Now) {
        match dispatch::dispatch(sent, &mut self.state, &mut self.services, now) {
            Some(Effect::Close) => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Some(Effect::CopyText(text)) => ctx.copy_text(text),
            Some(Effect::ToggleFullScreen) => {
                let on = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!on));
            }
            None => {}
        }
    }

    /// Keys, dropped files and pasted things become actions.
    fn read_input(&mut self, ctx: &egui::Context) {
        for command in Command::pressed(ctx) {
            self.actions.command(command);
        }
        let typing = ctx.text_edit_focused();
        let (dropped, pasted, key_up, hold, pointer, keys) = ctx.input(|i| {
            let dropped: Vec<_> = i
                .raw
                .dropped_files
                .iter()
                .map(|f| f.path().to_owned())
                .collect();
            let pasted = i.events.iter().find_map(|e| match e {
                egui::Event::Paste(text) => Some(text.clone()),
                // A picture: the desktop thread reads it from the clipboard.
                egui::Event::PasteImage(_) => Some(String::new()),
                _ => None,
            });
            // Copied files are no text and no picture: then only the key's way up is
            // heard of, and the command key may be up by then.
            let alone = |m: &egui::Modifiers| m.command && !m.shift && !m.alt;
            let held = alone(&i.modifiers);
            let told = |e: &egui::Event| matches!(e, egui::Event::ModifiersChanged(m) if alone(m));
            if held || self.command_held || i.events.iter().any(told) {
                self.command_down = i.time;
            }
            self.command_held = held;
            let mut key_up = None;
            for event in &i.events {
                let egui::Event::Key {
                    key: egui::Key::V,
                    pressed,
                    modifiers,
                    ..
                } = event
                else {
                    continue;
                };
                if *pressed {
                    self.plain_v = true;
                } else {
                    let lately = i.time - self.command_down < COMMAND_LETS_GO;
                    let plain = std::mem::take(&mut self.plain_v);
                    key_up = Some(!plain && (alone(modifiers) || lately));
                }
            }
            let plain = i.modifiers.is_none();
            let hold = plain && i.key_down(egui::Key::B);
            let arrows = [egui::Key::ArrowLeft, egui::Key::ArrowRight];
            let keys = arrows.iter().any(|k| i.key_down(*k));
            (dropped, pasted, key_up, hold, i.pointer.any_down(), keys)
        });
        if !dropped.is_empty() {
            self.actions.push(Action::DropFiles(dropped));
        }
        self.paste_heard |= pasted.is_some();
        if let Some(with_command) = key_up {
            let heard = std::mem::take(&mut self.paste_heard);
            if with_command && !heard && !typing {
                self.actions.command(Command::Paste);
            }
        }
        if let Some(text) = pasted.filter(|_| !typing) {
            if text.trim_start().starts_with('{') {
                self.actions.push(Action::PasteRecipe(text));
            } else {
                self.actions.command(Command::Paste);
            }
        }
        let dialog = ctx.memory(|m| m.top_modal_layer().is_some());
        let holding = hold && !typing && !dialog;
        if holding != self.holding {
            self.holding = holding;
            self.actions.view(ViewEdit::HoldBefore(holding));
        }
        let hand_on = pointer || keys;
        if hand_on != self.hand_on {
            // The next frame asks for the full picture after a release.
            ctx.request_repaint();
        }
        self.hand_on = hand_on;
    }
}

/// Seconds by which the command key may be let go before the V of pasting.
const COMMAND_LETS_GO: f64 = 0.4;

impl eframe::App for StudioApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.think(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn on_exit(&mut self) {
        frame::end(&mut self.state, &mut self.services, &mut self.session);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        true
    }
}
