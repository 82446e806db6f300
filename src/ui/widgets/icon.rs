//! Icons drawn with lines, so that they look the same everywhere and need no font.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, vec2};

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Back to the default.
    Reset,
    /// At random.
    Dice,
    /// Locked.
    Lock,
    /// Not locked.
    Unlock,
    /// Not starred.
    Star,
    /// Starred.
    StarFull,
    /// One more.
    Plus,
    /// One less.
    Minus,
    /// Away with it.
    Close,
    /// Before and after.
    Split,
    /// Where two differ.
    Difference,
    /// Whole picture.
    Fit,
    /// Back.
    Undo,
    /// Forward.
    Redo,
    /// Keep.
    Heart,
    /// To disk.
    Save,
    /// To the clipboard.
    Copy,
    /// Start.
    Play,
    /// A strip of frames.
    Film,
    /// Stop.
    Stop,
    /// Open downwards.
    Down,
    /// Open to the right.
    Right,
    /// Look for.
    Search,
    /// Paint.
    Brush,
    /// Wipe.
    Eraser,
    /// Takes a colour.
    Dropper,
    /// From 0 to 1 along a line.
    Linear,
    /// From 1 to 0 around a point.
    Radial,
    /// Inside out.
    Invert,
    /// Folder.
    Folder,
    /// Bin.
    Bin,
    /// Label.
    Tag,
    /// Grid of pictures.
    Grid,
    /// A picture next to itself.
    Tiles,
    /// More choices.
    More,
    /// Visible.
    Eye,
    /// Information.
    Info,
    /// Layers.
    Layers,
    /// Take this on.
    Send,
    /// Check mark.
    Check,
    /// Enlarge.
    Upscale,
    /// Hold on to this one.
    Pin,
    /// A point pulled elsewhere.
    Drag,
}

/// Draws an icon into a square.
pub fn paint(painter: &Painter, icon: Icon, rect: Rect, color: Color32) {
    let side = rect.width().min(rect.height());
    let pen = Pen {
        painter,
        rect: Rect::from_center_size(rect.center(), vec2(side, side)),
        stroke: Stroke::new((side / 11.0).max(1.2), color),
    };
    shape(&pen, icon);
}

/// Draws in a 16 × 16 box.
struct Pen<'a> {
    painter: &'a Painter,
    rect: Rect,
    stroke: Stroke,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.rect.min + vec2(x, y) * (self.rect.width() / 16.0)
    }

    fn line(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.painter.add(Shape::line(points, self.stroke));
    }

    fn fill(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.painter.add(Shape::convex_polygon(
            points,
            self.stroke.color,
            Stroke::NONE,
        ));
    }

    fn circle(&self, x: f32, y: f32, r: f32) {
        let r = r * self.rect.width() / 16.0;
        self.painter.circle_stroke(self.at(x, y), r, self.stroke);
    }

    fn dot(&self, x: f32, y: f32, r: f32) {
        let r = r * self.rect.width() / 16.0;
        self.painter
            .circle_filled(self.at(x, y), r, self.stroke.color);
    }

    /// An arc in degrees, clockwise from the right.
    fn arc(&self, x: f32, y: f32, r: f32, from: f32, to: f32) {
        let n = 20;
        let points: Vec<(f32, f32)> = (0..=n)
            .map(|i| {
                let a = (from + (to - from) * i as f32 / n as f32).to_radians();
                (x + r * a.cos(), y + r * a.sin())
            })
            .collect();
        self.line(&points);
    }

    fn rect(&self, x0: f32, y0: f32, x1: f32, y1: f32) {
        self.line(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]);
    }
}

fn shape(p: &Pen<'_>, icon: Icon) {
    match icon {
        Icon::Reset => {
            p.arc(8.0, 8.5, 5.0, -140.0, 150.0);
            p.line(&[(3.2, 2.6), (4.0, 5.6), (7.0, 5.0)]);
        }
        Icon::Dice => {
            p.rect(2.5, 2.5, 13.5, 13.5);
            for (x, y) in [(5.5, 5.5), (10.5, 10.5), (10.5, 5.5), (5.5, 10.5)] {
                p.dot(x, y, 1.2);
            }
        }
        Icon::Lock => {
            p.fill(&[(3.5, 7.0), (12.5, 7.0), (12.5, 13.5), (3.5, 13.5)]);
            p.arc(8.0, 6.8, 2.9, 180.0, 360.0);
        }
        Icon::Unlock => {
            p.rect(3.5, 7.5, 12.5, 13.5);
            p.arc(8.0, 5.5, 2.9, 180.0, 330.0);
            p.line(&[(5.1, 5.5), (5.1, 7.5)]);
        }
        Icon::Star => p.line(&star()),
        Icon::StarFull => star_full(p),
        Icon::Plus => {
            p.line(&[(8.0, 3.0), (8.0, 13.0)]);
            p.line(&[(3.0, 8.0), (13.0, 8.0)]);
        }
        Icon::Minus => p.line(&[(3.0, 8.0), (13.0, 8.0)]),
        Icon::Close => {
            p.line(&[(4.0, 4.0), (12.0, 12.0)]);
            p.line(&[(12.0, 4.0), (4.0, 12.0)]);
        }
        Icon::Split => {
            p.rect(2.0, 3.0, 14.0, 13.0);
            p.fill(&[(8.0, 3.0), (14.0, 3.0), (14.0, 13.0), (8.0, 13.0)]);
        }
        Icon::Difference => {
            p.circle(6.0, 8.0, 4.0);
            p.circle(10.0, 8.0, 4.0);
        }
        Icon::Fit => fit(p),
        Icon::Undo => {
            p.line(&[(6.5, 3.0), (3.0, 6.5), (6.5, 10.0)]);
            p.line(&[(3.0, 6.5), (9.0, 6.5)]);
            p.arc(9.0, 9.75, 3.25, -90.0, 90.0);
            p.line(&[(9.0, 13.0), (6.0, 13.0)]);
        }
        Icon::Redo => {
            p.line(&[(9.5, 3.0), (13.0, 6.5), (9.5, 10.0)]);
            p.line(&[(13.0, 6.5), (7.0, 6.5)]);
            p.arc(7.0, 9.75, 3.25, 90.0, 270.0);
            p.line(&[(7.0, 13.0), (10.0, 13.0)]);
        }
        Icon::Heart => p.line(&[
            (8.0, 13.2),
            (2.8, 8.0),
            (2.4, 5.6),
            (3.8, 3.6),
            (6.0, 3.4),
            (8.0, 5.4),
            (10.0, 3.4),
            (12.2, 3.6),
            (13.6, 5.6),
            (13.2, 8.0),
            (8.0, 13.2),
        ]),
        Icon::Save => {
            p.line(&[(8.0, 2.5), (8.0, 10.0)]);
            p.line(&[(4.8, 7.0), (8.0, 10.2), (11.2, 7.0)]);
            p.line(&[(2.5, 10.5), (2.5, 13.5), (13.5, 13.5), (13.5, 10.5)]);
        }
        Icon::Copy => {
            p.rect(5.5, 5.5, 13.5, 13.5);
            p.line(&[
                (10.5, 3.0),
                (10.5, 2.5),
                (2.5, 2.5),
                (2.5, 10.5),
                (3.0, 10.5),
            ]);
        }
        Icon::Play => p.fill(&[(4.5, 3.0), (13.0, 8.0), (4.5, 13.0)]),
        Icon::Film => {
            p.rect(2.0, 3.5, 14.0, 12.5);
            for x in [6.0, 10.0] {
                p.line(&[(x, 3.5), (x, 12.5)]);
            }
        }
        Icon::Stop => p.fill(&[(4.0, 4.0), (12.0, 4.0), (12.0, 12.0), (4.0, 12.0)]),
        Icon::Down => p.line(&[(4.0, 6.0), (8.0, 10.0), (12.0, 6.0)]),
        Icon::Right => p.line(&[(6.0, 4.0), (10.0, 8.0), (6.0, 12.0)]),
        _ => shape_more(p, icon),
    }
}

fn shape_more(p: &Pen<'_>, icon: Icon) {
    match icon {
        Icon::Search => {
            p.circle(7.0, 7.0, 4.2);
            p.line(&[(10.2, 10.2), (13.5, 13.5)]);
        }
        Icon::Brush => {
            p.line(&[(13.5, 2.5), (7.2, 8.8)]);
            p.arc(5.2, 10.8, 2.6, -60.0, 170.0);
            p.line(&[(2.6, 11.2), (2.6, 13.4), (5.0, 13.4)]);
        }
        Icon::Eraser => {
            p.line(&[
                (9.5, 3.0),
                (13.5, 7.0),
                (7.5, 13.0),
                (5.0, 13.0),
                (2.8, 10.8),
                (9.5, 3.0),
            ]);
            p.line(&[(6.0, 7.2), (9.6, 10.8)]);
        }
        Icon::Dropper => {
            p.line(&[
                (2.5, 13.5),
                (3.4, 10.6),
                (8.6, 5.4),
                (10.6, 7.4),
                (5.4, 12.6),
                (2.5, 13.5),
            ]);
            p.line(&[(7.4, 4.2), (11.8, 8.6)]);
            p.arc(11.7, 4.3, 2.2, -170.0, 80.0);
        }
        Icon::Linear => {
            p.rect(2.5, 2.5, 13.5, 13.5);
            for (i, x) in [5.2, 8.0, 10.8].into_iter().enumerate() {
                let dy = 1.2 * i as f32;
                p.line(&[(x, 5.0 - dy.min(1.0)), (x, 11.0 + dy.min(1.0))]);
            }
        }
        Icon::Radial => {
            p.circle(8.0, 8.0, 5.6);
            p.circle(8.0, 8.0, 2.8);
        }
        Icon::Invert => {
            p.circle(8.0, 8.0, 5.5);
            p.fill(&[
                (8.0, 2.5),
                (8.0, 13.5),
                (11.9, 11.9),
                (13.5, 8.0),
                (11.9, 4.1),
            ]);
        }
        Icon::Folder => p.line(&[
            (2.0, 12.5),
            (2.0, 3.8),
            (6.2, 3.8),
            (7.6, 5.4),
            (14.0, 5.4),
            (14.0, 12.5),
            (2.0, 12.5),
        ]),
        Icon::Bin => {
            p.line(&[(3.0, 4.5), (13.0, 4.5)]);
            p.line(&[(6.2, 4.2), (6.2, 2.6), (9.8, 2.6), (9.8, 4.2)]);
            p.line(&[(4.2, 4.8), (5.0, 13.6), (11.0, 13.6), (11.8, 4.8)]);
        }
        Icon::Tag => {
            p.line(&[
                (2.5, 2.5),
                (8.0, 2.5),
                (13.8, 8.3),
                (8.3, 13.8),
                (2.5, 8.0),
                (2.5, 2.5),
            ]);
            p.dot(5.4, 5.4, 1.1);
        }
        Icon::Grid => {
            for (x, y) in [(2.5, 2.5), (9.0, 2.5), (2.5, 9.0), (9.0, 9.0)] {
                p.rect(x, y, x + 4.5, y + 4.5);
            }
        }
        Icon::Tiles => {
            p.rect(2.0, 2.0, 14.0, 14.0);
            for at in [6.0, 10.0] {
                p.line(&[(at, 2.0), (at, 14.0)]);
                p.line(&[(2.0, at), (14.0, at)]);
            }
        }
        Icon::More => {
            for x in [3.5, 8.0, 12.5] {
                p.dot(x, 8.0, 1.4);
            }
        }
        Icon::Eye => {
            p.arc(8.0, 12.0, 7.0, -145.0, -35.0);
            p.arc(8.0, 4.0, 7.0, 35.0, 145.0);
            p.dot(8.0, 8.0, 1.9);
        }
        Icon::Info => {
            p.circle(8.0, 8.0, 6.0);
            p.line(&[(8.0, 7.4), (8.0, 11.4)]);
            p.dot(8.0, 5.0, 1.0);
        }
        Icon::Layers => {
            p.line(&[(8.0, 2.5), (14.0, 5.8), (8.0, 9.0), (2.0, 5.8), (8.0, 2.5)]);
            p.line(&[(2.0, 8.8), (8.0, 12.0), (14.0, 8.8)]);
        }
        Icon::Send => {
            p.line(&[(2.5, 8.0), (13.0, 8.0)]);
            p.line(&[(9.0, 4.0), (13.0, 8.0), (9.0, 12.0)]);
        }
        Icon::Pin => {
            p.line(&[(5.5, 2.5), (10.5, 2.5)]);
            p.line(&[
                (6.2, 2.8),
                (6.2, 7.0),
                (4.0, 9.6),
                (12.0, 9.6),
                (9.8, 7.0),
                (9.8, 2.8),
            ]);
            p.line(&[(8.0, 9.8), (8.0, 14.0)]);
        }
        Icon::Drag => {
            p.circle(4.0, 12.0, 2.2);
            p.line(&[(5.6, 10.4), (13.0, 3.0)]);
            p.line(&[(8.4, 3.0), (13.0, 3.0), (13.0, 7.6)]);
        }
        Icon::Check => p.line(&[(3.0, 8.5), (6.5, 12.0), (13.0, 4.5)]),
        Icon::Upscale => {
            p.line(&[(9.5, 2.5), (13.5, 2.5), (13.5, 6.5)]);
            p.line(&[(13.5, 2.5), (8.8, 7.2)]);
            p.line(&[(6.5, 13.5), (2.5, 13.5), (2.5, 9.5)]);
            p.line(&[(2.5, 13.5), (7.2, 8.8)]);
        }
        _ => {}
    }
}

fn fit(p: &Pen<'_>) {
    p.line(&[(2.5, 6.0), (2.5, 2.5), (6.0, 2.5)]);
    p.line(&[(10.0, 2.5), (13.5, 2.5), (13.5, 6.0)]);
    p.line(&[(13.5, 10.0), (13.5, 13.5), (10.0, 13.5)]);
    p.line(&[(6.0, 13.5), (2.5, 13.5), (2.5, 10.0)]);
}

fn star() -> Vec<(f32, f32)> {
    (0..=10)
        .map(|i| {
            let r = if i % 2 == 0 { 6.2 } else { 2.7 };
            let a = (-90.0 + 36.0 * i as f32).to_radians();
            (8.0 + r * a.cos(), 8.4 + r * a.sin())
        })
        .collect()
}

/// A star is not convex: five kites.
fn star_full(p: &Pen<'_>) {
    let s = star();
    for i in 0..5 {
        let tip = i * 2;
        p.fill(&[(8.0, 8.4), s[(tip + 9) % 10], s[tip], s[tip + 1]]);
    }
}
