//! The numbers by which a definition is judged. Each is between zero and a few units, whatever
//! the size of the project.

/// How many there are.
pub(crate) const COUNT: usize = Feature::Last as usize;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Feature {
    // The name of the definition…
    NameInSignature,
    NameInComment,
    NameImported,
    /// … from the very file that defines it.
    NameImportedFromHere,
    NameInFile,
    NameInFileLog,
    NameNear,
    NameCalled,
    NameInBody,
    // The owner of the definition is…
    OwnerTaken,
    OwnerGiven,
    OwnerSelf,
    OwnerImported,
    OwnerImportedFromHere,
    OwnerInFile,
    OwnerUsedAsOwner,
    /// … the type of one of the fields of the place's own type.
    OwnerFieldOfSelf,
    OwnerFieldOfTaken,
    /// … what a method of a type of the signature gives.
    OwnerResult,
    OwnerTwoHops,
    /// … a trait that a type of the signature implements.
    OwnerTraitOfType,
    // The definition is a type that is…
    TypeFieldOfSelf,
    TypeFieldOfTaken,
    TypeResult,
    // The file of the definition is…
    FileImported,
    FileInFolder,
    FileInUnit,
    /// How much of what it defines is named in the open file.
    FileNamed,
    // Shares of functions that use it: of the most similar ones…
    VoteSimilar,
    VoteSimilarName,
    /// … of those with a type of the signature, the highest and all together…
    VoteTypeMost,
    VoteTypeAny,
    /// … of those in the same file, with the same owner, that use an imported name, that call
    /// this one.
    VoteFile,
    VoteFileLog,
    VoteOwner,
    VoteImports,
    VoteCallers,
    /// What its owner's members, and all of its file, have together.
    OwnerVotes,
    FileVotes,
    // Parts of its name are parts of…
    PartsOfName,
    PartsOfComment,
    PartsOfParameters,
    // How it is by itself.
    Uses,
    Ambiguity,
    UsesEach,
    OwnerSize,
    OwnerShare,
    Public,
    OfTrait,
    IsFunction,
    IsMethod,
    IsType,
    IsEnum,
    IsTrait,
    IsConstant,
    IsMacro,
    IsField,
    IsVariant,
    Last,
}

/// All numbers of one definition.
pub(crate) type Row = [f32; COUNT];

/// Their names, in their order.
pub(crate) const NAMES: [&str; COUNT] = [
    "name_in_signature",
    "name_in_comment",
    "name_imported",
    "name_imported_from_here",
    "name_in_file",
    "name_in_file_log",
    "name_near",
    "name_called",
    "name_in_body",
    "owner_taken",
    "owner_given",
    "owner_self",
    "owner_imported",
    "owner_imported_from_here",
    "owner_in_file",
    "owner_used_as_owner",
    "owner_field_of_self",
    "owner_field_of_taken",
    "owner_result",
    "owner_two_hops",
    "owner_trait_of_type",
    "type_field_of_self",
    "type_field_of_taken",
    "type_result",
    "file_imported",
    "file_in_folder",
    "file_in_unit",
    "file_named",
    "vote_similar",
    "vote_similar_name",
    "vote_type_most",
    "vote_type_any",
    "vote_file",
    "vote_file_log",
    "vote_owner",
    "vote_imports",
    "vote_callers",
    "owner_votes",
    "file_votes",
    "parts_of_name",
    "parts_of_comment",
    "parts_of_parameters",
    "uses",
    "ambiguity",
    "uses_each",
    "owner_size",
    "owner_share",
    "public",
    "of_trait",
    "is_function",
    "is_method",
    "is_type",
    "is_enum",
    "is_trait",
    "is_constant",
    "is_macro",
    "is_field",
    "is_variant",
];
