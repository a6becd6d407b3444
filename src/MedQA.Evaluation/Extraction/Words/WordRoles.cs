namespace MedQA.Evaluation.Extraction.Words;

/// <summary>What a word can do in a statement of an answer, in any language; most words do nothing, some several things.</summary>
[Flags]
internal enum WordRoles : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Name the answer themselves.</summary>
    AnswerNouns = 1UL << 0,

    /// <summary>Name it where a word of <see cref="Praise"/> comes before or a colon or copula after it.</summary>
    ChoiceNouns = 1UL << 1,

    /// <summary>Single one answer out, before its noun.</summary>
    Praise = 1UL << 2,

    /// <summary>Make an answer noun speak of something else.</summary>
    Disqualifiers = 1UL << 3,

    /// <summary>In front of "answer" they make it a verb.</summary>
    BeforeVerb = 1UL << 4,

    /// <summary>May come between an answer noun and the option.</summary>
    Connectors = 1UL << 5,

    /// <summary>Join an answer noun to the option.</summary>
    Copulas = 1UL << 6,

    /// <summary>Join an option to what is said of it.</summary>
    SubjectCopulas = 1UL << 7,

    /// <summary>May come between a copula and what is said of the option.</summary>
    Adverbs = 1UL << 8,

    /// <summary>Say of an option that it is the answer.</summary>
    Predicates = 1UL << 9,

    /// <summary>Single one option out.</summary>
    Superlatives = 1UL << 10,

    /// <summary>Say so after a superlative.</summary>
    PredicateNouns = 1UL << 11,

    /// <summary>Make a statement a tentative one.</summary>
    Tentative = 1UL << 12,

    /// <summary>Take a statement back, and what follows in its clause.</summary>
    Negations = 1UL << 13,

    /// <summary>Several options follow: no statement of one.</summary>
    Plurals = 1UL << 14,

    /// <summary>Open a condition that lasts to the sentence's end, or to a word of <see cref="Conclusions"/>.</summary>
    Conditions = 1UL << 15,

    /// <summary>Open a concession that lasts to the next comma.</summary>
    Concessions = 1UL << 16,

    /// <summary>Introduce what follows from all before.</summary>
    Conclusions = 1UL << 17,

    /// <summary>End what a condition after a statement could belong to.</summary>
    Reasons = 1UL << 18,

    /// <summary>Say that someone decides.</summary>
    Decisions = 1UL << 19,

    /// <summary>May come between a decision and the option.</summary>
    DecisionConnectors = 1UL << 20,

    /// <summary>Lead from what is denied to what is meant.</summary>
    Corrections = 1UL << 21,

    /// <summary>May follow a letter that names an option; any other word makes it a part of a name, as in "B cell" or "C
    /// difficile".</summary>
    AfterLetter = 1UL << 22,

    /// <summary>In front of an option they leave it the subject of its clause.</summary>
    BeforeSubject = 1UL << 23,

    /// <summary>Introduce what the evidence speaks for.</summary>
    Evidence = 1UL << 24,

    /// <summary>May link evidence directly to the option that it speaks for.</summary>
    EvidenceLinks = 1UL << 25,

    /// <summary>Say of an option, or of what was said, that it is not so.</summary>
    Wrong = 1UL << 26,

    /// <summary>Make what follows in the clause something that should not be said or done.</summary>
    Doubts = 1UL << 27,

    /// <summary>Name people and writings that are not the model; with a word of <see cref="Speech"/> after it, what follows is
    /// theirs.</summary>
    Persons = 1UL << 28,

    /// <summary>Say, think, choose.</summary>
    Speech = 1UL << 29,

    /// <summary>Make what follows in the clause someone else's, an earlier opinion or an example.</summary>
    Distance = 1UL << 30,

    /// <summary>The model itself: what follows is its own.</summary>
    FirstPerson = 1UL << 31,

    /// <summary>Turn against what was said before in the sentence.</summary>
    Contrasts = 1UL << 32,

    /// <summary>Take back what was stated before.</summary>
    Retractions = 1UL << 33,

    /// <summary>May begin a sentence that is nothing else but an option.</summary>
    Leads = 1UL << 34,

    /// <summary>Stand for what was said before.</summary>
    Pronouns = 1UL << 35,

    /// <summary>Say yes or true of an option in a list.</summary>
    Approvals = 1UL << 36,

    /// <summary>Say no or false of an option in a list.</summary>
    Rejections = 1UL << 37,

    /// <summary>Say that an option agrees with the findings.</summary>
    Fits = 1UL << 38,

    /// <summary>Say what is left when others are excluded.</summary>
    Leaving = 1UL << 39,

    /// <summary>Head a question.</summary>
    QuestionHeads = 1UL << 40,

    /// <summary>Restrict a statement to some cases.</summary>
    Restrictions = 1UL << 41,

    /// <summary>Behind a word of <see cref="Restrictions"/>: this case.</summary>
    ThisCase = 1UL << 42,

    /// <summary>May come between a decision and who decides.</summary>
    Auxiliaries = 1UL << 43,

    /// <summary>Say that someone ought to.</summary>
    Obligations = 1UL << 44,

    /// <summary>Say that something was so once.</summary>
    Past = 1UL << 45,

    /// <summary>The, a.</summary>
    Articles = 1UL << 46,

    /// <summary>Say what is asked for, as in "the most likely diagnosis".</summary>
    Topics = 1UL << 47,

    /// <summary>Singles an option out before it.</summary>
    Only = 1UL << 48,

    /// <summary>Makes an option what is said after it: "which makes C the answer".</summary>
    Makers = 1UL << 49,

    /// <summary>A negation that may also be an answer by itself.</summary>
    No = 1UL << 50,

    /// <summary>Decide only where the model itself does: "I say C".</summary>
    OwnDecisions = 1UL << 51,

    /// <summary>A preposition that makes a verb before it a decision: "go with".</summary>
    DecisionParticles = 1UL << 52,

    /// <summary>A verb that decides with a preposition after it.</summary>
    ParticleVerbs = 1UL << 53,

    /// <summary>After an option: take back what was said before it.</summary>
    NegationsBehind = 1UL << 54,

    /// <summary>After an option: decide for it.</summary>
    DecisionsBehind = 1UL << 55,

    /// <summary>Without a copula say of the option in front that it is the answer.</summary>
    PredicatesBehind = 1UL << 56,

    /// <summary>Joins two options.</summary>
    Joins = 1UL << 57,

    /// <summary>In a list's or table's heading: its marks tell which option is the answer.</summary>
    Verdicts = 1UL << 58,

    /// <summary>May come between an option and what is said of it: "option", "answer".</summary>
    OptionNouns = 1UL << 59,

    /// <summary>At the start of a sentence, or before a comma or colon, take back what was stated before.</summary>
    Interjections = 1UL << 60,

    /// <summary>Say what would be in a case that a word of <see cref="Restrictions"/> names.</summary>
    Hypothetical = 1UL << 61,

    /// <summary>Particles that mark an option as subject or object, as copulas do elsewhere.</summary>
    Particles = 1UL << 63,

    /// <summary>Begins a phrase.</summary>
    PhraseStart = 1UL << 62,
}
