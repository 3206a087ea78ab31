//! The functions of a file: where each is, how long, and what it is handed.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Block, FnArg, ImplItemFn, ItemFn, ItemImpl, Pat, Signature, TraitItemFn, Type};

/// A function or method.
#[derive(Debug)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The line of its signature.
    pub(crate) line: usize,
    /// Lines from the signature to the closing brace, both counted; 0 without a body.
    pub(crate) lines: usize,
    /// How many arguments it takes, `self` apart.
    pub(crate) arguments: usize,
    /// The names of its `bool` arguments.
    pub(crate) flags: Vec<String>,
    /// Who chose the signature.
    pub(crate) signature: Chosen,
}

/// Who chose a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// Its author.
    Here,
    /// The trait that it implements.
    ByTrait,
}

/// Every function of a file, nested ones too.
pub(super) fn list(file: &syn::File) -> Vec<Function> {
    let mut walk = Walk { functions: Vec::new(), chosen: Chosen::Here };
    walk.visit_file(file);
    walk.functions
}

struct Walk {
    functions: Vec<Function>,
    chosen: Chosen,
}

impl Walk {
    fn add(&mut self, signature: &Signature, body: Option<&Block>) {
        let line = start(signature.fn_token.span);
        let last = body.map(|block| block.brace_token.span.close().end().line);
        self.functions.push(Function {
            name: signature.ident.to_string(),
            line,
            lines: last.map_or(0, |last| last + 1 - line),
            arguments: signature.inputs.iter().filter(|input| is_typed(input)).count(),
            flags: signature.inputs.iter().filter_map(flag).collect(),
            signature: self.chosen,
        });
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let around = std::mem::replace(&mut self.chosen, Chosen::Here);
        self.add(&item.sig, Some(&item.block));
        visit::visit_item_fn(self, item);
        self.chosen = around;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(&item.sig, Some(&item.block));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.add(&item.sig, item.default.as_ref());
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let chosen = if item.trait_.is_some() { Chosen::ByTrait } else { Chosen::Here };
        let around = std::mem::replace(&mut self.chosen, chosen);
        visit::visit_item_impl(self, item);
        self.chosen = around;
    }
}

fn start(span: Span) -> usize {
    span.start().line
}

fn is_typed(input: &FnArg) -> bool {
    matches!(input, FnArg::Typed(_))
}

/// The name of an argument that is a `bool` or a reference to one.
fn flag(input: &FnArg) -> Option<String> {
    let FnArg::Typed(input) = input else { return None };
    let name = match &*input.pat {
        Pat::Ident(pattern) => pattern.ident.to_string(),
        _ => "_".to_owned(),
    };
    is_bool(&input.ty).then_some(name)
}

fn is_bool(argument: &Type) -> bool {
    match argument {
        Type::Path(path) => path.path.is_ident("bool"),
        Type::Reference(reference) => is_bool(&reference.elem),
        Type::Paren(inner) => is_bool(&inner.elem),
        _ => false,
    }
}
