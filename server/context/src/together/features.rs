//! The numbers by which it is judged whether a definition changes along with another.

/// How many there are.
pub(crate) const COUNT: usize = Feature::Last as usize;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Feature {
    // By history, its file…
    /// … changed along with the open one: the share of that one's changes.
    Beside,
    /// … changed in commits with like words.
    About,
    /// … is being worked on.
    Lately,
    /// … changed, see [`Signs`](crate::history::Signs).
    Rise,
    Both,
    Subjects,
    Message,
    Messages,
    Second,
    Recent,
    Often,
    // By the task's words…
    /// … the share of them, by rarity, that its name has, and of its name that they have.
    TellsName,
    NameTold,
    NameWhole,
    OwnerTold,
    OwnerWhole,
    PathTold,
    /// … its signature and comment.
    Topic,
    /// … what its body uses.
    BodyTopic,
    /// … the words of its file.
    FileText,
    // By the item that is changed…
    Uses,
    UsesAlone,
    UsesMembers,
    UsesOwner,
    TakesItem,
    Used,
    UsedAlone,
    MembersUsed,
    SameName,
    SameOwner,
    SameTrait,
    OfItem,
    HasItem,
    SharedTypes,
    /// … their signatures and comments are like.
    LikeTopic,
    /// … their bodies use the same.
    LikeBody,
    // By the best, or all, of its file.
    FileTopic,
    FileTopics,
    FileBodies,
    FileLike,
    FileTold,
    FileUses,
    FileUsed,
    FileNames,
    // By its place.
    InFolder,
    InUnit,
    PathShared,
    SameStem,
    // By itself.
    Lines,
    BodySize,
    FileSize,
    Mentions,
    Ambiguity,
    Public,
    IsFunction,
    IsMethod,
    IsType,
    IsTrait,
    IsConstant,
    OfTrait,
    // By the question.
    Words,
    ItemIsFunction,
    ItemIsType,
    ItemAmbiguity,
    HasHistory,
    Last,
}

/// All numbers of one definition.
pub(crate) type Row = [f32; COUNT];

/// Their names, in their order.
pub(crate) const NAMES: [&str; COUNT] = [
    "beside",
    "about",
    "lately",
    "rise",
    "both",
    "subjects",
    "message",
    "messages",
    "second",
    "recent",
    "often",
    "tells_name",
    "name_told",
    "name_whole",
    "owner_told",
    "owner_whole",
    "path_told",
    "topic",
    "body_topic",
    "file_text",
    "uses",
    "uses_alone",
    "uses_members",
    "uses_owner",
    "takes_item",
    "used",
    "used_alone",
    "members_used",
    "same_name",
    "same_owner",
    "same_trait",
    "of_item",
    "has_item",
    "shared_types",
    "like_topic",
    "like_body",
    "file_topic",
    "file_topics",
    "file_bodies",
    "file_like",
    "file_told",
    "file_uses",
    "file_used",
    "file_names",
    "in_folder",
    "in_unit",
    "path_shared",
    "same_stem",
    "lines",
    "body_size",
    "file_size",
    "mentions",
    "ambiguity",
    "public",
    "is_function",
    "is_method",
    "is_type",
    "is_trait",
    "is_constant",
    "of_trait",
    "words",
    "item_is_function",
    "item_is_type",
    "item_ambiguity",
    "has_history",
];
