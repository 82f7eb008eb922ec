//! The facts of one file as bytes and back.

use super::bytes::{Reader, Writer};
use crate::facts::{Def, FileFacts, Func, Import, Kind, NameId, Span, Stretch, UseOf};
use crate::lex::Use;
use crate::splice;

/// Gives each name its number in the file that is written.
pub(super) struct Numbers<'a>(pub(super) &'a [NameId]);

impl Numbers<'_> {
    pub(super) fn of(&self, name: NameId) -> NameId {
        self.0.get(name as usize).copied().unwrap_or_default()
    }
}

/// Hands each name that `facts` speak of to `note`.
pub(super) fn names(facts: &FileFacts, mut note: impl FnMut(NameId)) {
    for def in &facts.defs {
        [def.name, def.owner, def.via].into_iter().for_each(&mut note);
    }
    for one in &facts.uses {
        [one.name(), one.qualifier].into_iter().for_each(&mut note);
    }
    facts.words.iter().for_each(|(word, _)| note(*word));
    facts.imports.iter().for_each(|import| note(import.alias));
    facts.pool.iter().for_each(|name| note(*name));
}

fn write_span(writer: &mut Writer, span: Span) {
    writer.u32(span.start);
    writer.u16(span.len);
}

fn read_span(reader: &mut Reader<'_>) -> Option<Span> {
    Some(Span { start: reader.u32()?, len: reader.u16()? })
}

pub(super) fn write(writer: &mut Writer, facts: &FileFacts, numbers: &Numbers<'_>) {
    writer.len(facts.defs.len());
    for def in &facts.defs {
        writer.u32(numbers.of(def.name));
        writer.u32(numbers.of(def.owner));
        writer.u32(numbers.of(def.via));
        writer.u8(def.kind as u8);
        writer.u8(def.flags);
        writer.u32(def.line);
        writer.u32(def.last);
        writer.u32(def.end);
        writer.u32(def.sign);
        writer.u16(def.cost);
        write_span(writer, def.takes);
        write_span(writer, def.gives);
    }
    writer.len(facts.funcs.len());
    for func in &facts.funcs {
        writer.u32(func.def);
        write_span(writer, func.uses);
        write_span(writer, func.terms);
        write_span(writer, func.bindings);
    }
    writer.len(facts.uses.len());
    for one in &facts.uses {
        writer.u32(numbers.of(one.name()));
        writer.u8(one.how() as u8);
        writer.u32(numbers.of(one.qualifier));
    }
    writer.len(facts.words.len());
    for (word, count) in &facts.words {
        writer.u32(numbers.of(*word));
        writer.u16(*count);
    }
    writer.len(facts.imports.len());
    for import in &facts.imports {
        writer.u32(numbers.of(import.alias));
        write_span(writer, import.path);
    }
    writer.len(facts.pool.len());
    for name in &facts.pool {
        writer.u32(numbers.of(*name));
    }
    writer.len(facts.stretches.len());
    for one in &facts.stretches {
        writer.u64(one.hash);
        let lengths = [one.bytes, one.lines, one.words];
        let counts = [one.defs, one.funcs, one.uses, one.imports, one.pool];
        lengths.into_iter().chain(counts).for_each(|length| writer.u32(length));
    }
}

/// `names` is one more than the highest number of a name.
pub(super) fn read(reader: &mut Reader<'_>, names: usize) -> Option<FileFacts> {
    // Whoever has a number looks its name up without asking.
    let name = |reader: &mut Reader<'_>| reader.u32().filter(|id| (*id as usize) < names);
    let defs = reader.list(44, |reader| {
        Some(Def {
            name: name(reader)?,
            owner: name(reader)?,
            via: name(reader)?,
            kind: Kind::from_byte(reader.u8()?)?,
            flags: reader.u8()?,
            line: reader.u32()?,
            last: reader.u32()?,
            end: reader.u32()?,
            sign: reader.u32()?,
            cost: reader.u16()?,
            takes: read_span(reader)?,
            gives: read_span(reader)?,
        })
    })?;
    let funcs = reader.list(22, |reader| {
        // Who has a function looks its definition up without asking.
        let def = reader.u32().filter(|def| (*def as usize) < defs.len())?;
        Some(Func {
            def,
            uses: read_span(reader)?,
            terms: read_span(reader)?,
            bindings: read_span(reader)?,
        })
    })?;
    let uses = reader.list(9, |reader| {
        let (used, how, qualifier) = (name(reader)?, reader.u8()?, name(reader)?);
        Some(UseOf::new(used, Use::from_bits(how), qualifier))
    })?;
    let words = reader.list(6, |reader| Some((name(reader)?, reader.u16()?)))?;
    let imports = reader
        .list(10, |reader| Some(Import { alias: name(reader)?, path: read_span(reader)? }))?;
    let pool = reader.list(4, name)?;
    let stretches = reader.list(40, |reader| {
        Some(Stretch {
            hash: reader.u64()?,
            bytes: reader.u32()?,
            lines: reader.u32()?,
            words: reader.u32()?,
            defs: reader.u32()?,
            funcs: reader.u32()?,
            uses: reader.u32()?,
            imports: reader.u32()?,
            pool: reader.u32()?,
        })
    })?;
    let facts = FileFacts { defs, funcs, uses, words, imports, pool, stretches };
    // Who reads a change takes the lists apart by these lengths.
    (facts.stretches.is_empty() || splice::is_whole(&facts)).then_some(facts)
}
