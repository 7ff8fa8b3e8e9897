// Lines per second of CPU time of the drain3 crate on one thread (Linux): `rust-drain3 FILE BLANKS [LINES]`, header fields cut off by count of blanks.
use drain3::{Config, MaskingInstruction, Matcher};
use std::{env, fs};

/// Nanoseconds this thread was on a processor.
fn cpu_time() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let blanks: usize = arguments[2].parse().unwrap();
    let most: usize = arguments.get(3).map_or(usize::MAX, |text| text.parse().unwrap());
    let mask = |pattern: &str, mask: &str| MaskingInstruction { pattern: pattern.into(), mask: mask.into() };
    let config = Config::builder()
        .masking(vec![
            mask(r"blk_-?\d+", "<BLK>"),
            mask(r"\b0x[0-9a-fA-F]+\b", "<HEX>"),
            mask(r"\b\d+(?:[.:]\d+)*\b", "<NUM>"),
        ])
        .build();
    let text = fs::read_to_string(&arguments[1]).unwrap();
    let lines: Vec<&str> = text.lines().take(most).collect();
    let mut matcher = Matcher::new(config);
    let start = cpu_time();
    for line in &lines {
        matcher.add_log_message(line.splitn(blanks + 1, ' ').last().unwrap()).unwrap();
    }
    println!("{}", lines.len() as f64 * 1e9 / (cpu_time() - start));
}
