using System.Collections.Frozen;

namespace MedQA.Evaluation.Extraction;

/// <summary>The English words by which statements of an answer are recognized.</summary>
internal static class StatementWords
{
    /// <summary>Name the answer themselves.</summary>
    public static readonly FrozenSet<string> AnswerNouns = Set("answer answers ans boxed fbox answer_idx answer_index final_answer");

    /// <summary>Name it where a word of <see cref="Praise"/> is in front or a colon or copula behind.</summary>
    public static readonly FrozenSet<string> ChoiceNouns = Set("option choice selection response pick conclusion solution verdict letter");

    public static readonly FrozenSet<string> Praise = Set("correct right best final my chosen selected appropriate likely only preferred strongest accurate");

    /// <summary>Make an answer noun speak of something else.</summary>
    public static readonly FrozenSet<string> Disqualifiers = Set("wrong incorrect not no tempting common initial first previous original earlier another other alternative your isn't nor never student's second");

    /// <summary>In front of "answer" they make it a verb.</summary>
    public static readonly FrozenSet<string> BeforeVerb = Set("to can cannot can't could couldn't we i you please not don't won't i'll let's help");

    /// <summary>May stand between an answer noun and the option.</summary>
    public static readonly FrozenSet<string> Connectors = Set(
        "is are was be being would will should must has to the a an most likely probably best correct right final therefore thus hence then so clearly definitely certainly obviously indeed simply option choice answer letter here this that question for of following above these given case actually appropriate text textbf mathrm mathbf boxed choose select i think believe it it's only key which again still single provided namely ultimately really");

    public static readonly FrozenSet<string> Copulas = Set("is was are be remains becomes equals");

    public static readonly FrozenSet<string> SubjectCopulas = Set("is was are would must should seems appears remains looks has");

    public static readonly FrozenSet<string> Adverbs = Set("therefore thus hence then clearly definitely certainly indeed also the be to a an most likely probably my our best single only by far actually still more very overall");

    public static readonly FrozenSet<string> Predicates = Set("correct right");

    /// <summary>Single one option out.</summary>
    public static readonly FrozenSet<string> Superlatives = Set("best most appropriate likely preferred strongest accurate correct right only");

    public static readonly FrozenSet<string> PredicateNouns = Set("answer choice option response one pick selection solution");

    public static readonly FrozenSet<string> Tentative = Set("could may might can possibly perhaps maybe potentially");

    public static readonly FrozenSet<string> Negations = Set("not never neither nor cannot can't isn't aren't wasn't won't wouldn't couldn't shouldn't doesn't don't didn't except excluding excludes unlikely incorrect wrong without rather instead hardly");

    /// <summary>Several options follow: no statement of one.</summary>
    public static readonly FrozenSet<string> Plurals = Set("either both between whether any among one");

    /// <summary>Open a condition that lasts to the sentence's end, or to a word of <see cref="Conclusions"/>.</summary>
    public static readonly FrozenSet<string> Conditions = Set("if unless assuming suppose supposing provided whether were had");

    /// <summary>Open a concession that lasts to the next comma.</summary>
    public static readonly FrozenSet<string> Concessions = Set("although though while whereas");

    public static readonly FrozenSet<string> Conclusions = Set("therefore thus hence so consequently accordingly");

    /// <summary>End what a condition behind a statement could belong to.</summary>
    public static readonly FrozenSet<string> Reasons = Set("because since as which who that due given and but so therefore thus hence while whereas where when for in to with");

    public static readonly FrozenSet<string> Decisions = Set("choose chose chosen choosing select selecting selected pick picking picked");

    public static readonly FrozenSet<string> DecisionConnectors = Set("option choice answer letter the would be is as");

    public static readonly FrozenSet<string> Corrections = Set("but rather instead");

    /// <summary>May follow a letter that names an option; any other word makes it a part of a name, as in "B cell" or "C difficile".</summary>
    public static readonly FrozenSet<string> AfterLetter = Set(
        "is was are be because since as due and but which who that for in on with given so therefore thus hence if unless when while where would will should must can cannot has have not or by from to explanation reason reasoning rationale note the this these those it its at among of based here only correct definitely final option choice although though however i we most best both confidence rather than seems appears remains looks");

    /// <summary>In front of a letter they leave it the name of an option.</summary>
    public static readonly FrozenSet<string> BeforeSubject = Set("option options choice choices answer letter so therefore thus hence and but because since as that conclude believe think however only however consequently is clearly while although though if");

    /// <summary>Introduce what the evidence speaks for.</summary>
    public static readonly FrozenSet<string> Evidence = Set("likely appropriate best correct diagnosis suggests suggest suggesting indicates indicate indicating consistent points pointing corresponds matches supports leaving leaves therefore thus hence conclusion overall confirms favors");

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet();
}
