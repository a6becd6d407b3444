namespace MedQA.Evaluation.Extraction;

/// <summary>What an English word can do in a statement of an answer; most words do nothing, some several things.</summary>
[Flags]
internal enum WordRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Name the answer themselves.</summary>
    AnswerNouns = 1 << 0,

    /// <summary>Name it where a word of <see cref="Praise"/> is in front or a colon or copula behind.</summary>
    ChoiceNouns = 1 << 1,

    /// <summary>Single one answer out, in front of its noun.</summary>
    Praise = 1 << 2,

    /// <summary>Make an answer noun speak of something else.</summary>
    Disqualifiers = 1 << 3,

    /// <summary>In front of "answer" they make it a verb.</summary>
    BeforeVerb = 1 << 4,

    /// <summary>May stand between an answer noun and the option.</summary>
    Connectors = 1 << 5,

    /// <summary>Join an answer noun to the option.</summary>
    Copulas = 1 << 6,

    /// <summary>Join an option to what is said of it.</summary>
    SubjectCopulas = 1 << 7,

    /// <summary>May stand between a copula and what is said of the option.</summary>
    Adverbs = 1 << 8,

    /// <summary>Say of an option that it is the answer.</summary>
    Predicates = 1 << 9,

    /// <summary>Single one option out.</summary>
    Superlatives = 1 << 10,

    /// <summary>Say so behind a superlative.</summary>
    PredicateNouns = 1 << 11,

    /// <summary>Make a statement a tentative one.</summary>
    Tentative = 1 << 12,

    /// <summary>Take a statement back.</summary>
    Negations = 1 << 13,

    /// <summary>Several options follow: no statement of one.</summary>
    Plurals = 1 << 14,

    /// <summary>Open a condition that lasts to the sentence's end, or to a word of <see cref="Conclusions"/>.</summary>
    Conditions = 1 << 15,

    /// <summary>Open a concession that lasts to the next comma.</summary>
    Concessions = 1 << 16,

    /// <summary>Introduce what follows from all before.</summary>
    Conclusions = 1 << 17,

    /// <summary>End what a condition behind a statement could belong to.</summary>
    Reasons = 1 << 18,

    /// <summary>Say that somebody decides.</summary>
    Decisions = 1 << 19,

    /// <summary>May stand between a decision and the option.</summary>
    DecisionConnectors = 1 << 20,

    /// <summary>Lead from what is denied to what is meant.</summary>
    Corrections = 1 << 21,

    /// <summary>May follow a letter that names an option; any other word makes it a part of a name, as in "B cell" or "C difficile".</summary>
    AfterLetter = 1 << 22,

    /// <summary>In front of a letter they leave it the name of an option.</summary>
    BeforeSubject = 1 << 23,

    /// <summary>Introduce what the evidence speaks for.</summary>
    Evidence = 1 << 24,
}
