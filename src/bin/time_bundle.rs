//! scratch
use std::time::Instant;
use rolec::emit::bundle::{Bundle, Extent, Parts};
fn cpu() -> f64 {
    let mut sum = 0.0;
    for t in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let s = std::fs::read_to_string(t.path().join("schedstat")).unwrap_or_default();
        sum += s.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e9;
    }
    sum
}
struct Count(usize);
impl std::io::Write for Count {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> { self.0 += b.len(); Ok(b.len()) }
    fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
}
fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let Ok(project) = rolec::cli::project::load(std::path::Path::new(&path)) else { return };
    let t = Instant::now();
    let mut c = rolec::compile::compile(project.input);
    eprintln!("compile {:?} errors {}", t.elapsed(), c.count(rolec::diagnostic::Level::Error));
    for _ in 0..3 {
        let (t, c0) = (Instant::now(), cpu());
        let parts = Parts { name: "a", version: "b", sources: &c.sources, program: &mut c.program, flat: &c.flat, epochs: &c.epochs };
        let b = Bundle::new(parts, Extent::default());
        eprintln!("prepare {:?} cpu {}", t.elapsed(), cpu() - c0);
        let (t, c0) = (Instant::now(), cpu());
        let mut v = std::io::BufWriter::with_capacity(1 << 18, Count(0));
        let _ = b.write(&mut v);
        let Ok(n) = v.into_inner().map(|n| n.0) else { return };
        let d = cpu() - c0;
        eprintln!("write {:?} cpu {d} {} MB/s", t.elapsed(), n as f64 / d / 1e6);
        let (t, c0) = (Instant::now(), cpu());
        let w = rolec::cli::output::replace(std::path::Path::new("/tmp/out/time/bundle.json"), |o| b.write(o));
        let d = cpu() - c0;
        eprintln!("write to file, digest, fsync {:?} cpu {d} {} MB/s {:?}", t.elapsed(), n as f64 / d / 1e6, w);
    }
}
