//! A backend whose window is never larger than anybody's screen.
//!
//! A terminal may report any size up to 65535x65535; a frame of it would cost
//! gigabytes. What lies beyond stays empty.

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use crate::config::args::LARGEST;

/// `size`, cut to the largest that is drawn.
pub fn bounded(size: Size) -> Size {
    let (width, height) = LARGEST;
    Size {
        width: size.width.min(width),
        height: size.height.min(height),
    }
}

pub struct Bounded<B>(pub B);

impl<B: Backend> Backend for Bounded<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.0.draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.0.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.0.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.0.size().map(bounded)
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        let found = self.0.window_size()?;
        Ok(WindowSize {
            columns_rows: bounded(found.columns_rows),
            ..found
        })
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{Terminal, backend::TestBackend};

    #[test]
    fn an_absurd_window_is_drawn_in_part() {
        let Ok(terminal) = Terminal::new(Bounded(TestBackend::new(2000, 1000)));
        let Ok(size) = terminal.size();
        assert_eq!((size.width, size.height), LARGEST);
        let small = Size::new(80, 24);
        assert_eq!(bounded(small), small);
    }
}
