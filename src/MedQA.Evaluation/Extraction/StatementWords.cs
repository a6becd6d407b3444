using System.Collections.Frozen;

namespace MedQA.Evaluation.Extraction;

/// <summary>The English words by which statements of an answer are recognized.</summary>
internal static class StatementWords
{
    private static readonly Dictionary<WordRoles, string> WordsOf = new()
    {
        [WordRoles.AnswerNouns] = "answer answers ans boxed fbox answer_idx answer_index final_answer",
        [WordRoles.ChoiceNouns] = "option choice selection response pick conclusion solution verdict letter",
        [WordRoles.Praise] = "correct right best final my chosen selected appropriate likely only preferred strongest accurate",
        [WordRoles.Disqualifiers] = "wrong incorrect not no tempting common initial first previous original earlier another other alternative your isn't nor never student's second",
        [WordRoles.BeforeVerb] = "to can cannot can't could couldn't we i you please not don't won't i'll let's help",
        [WordRoles.Connectors] = "is are was be being would will should must has to the a an most likely probably best correct right final therefore thus hence then so clearly definitely certainly obviously indeed simply option choice answer letter here this that question for of following above these given case actually appropriate text textbf mathrm mathbf boxed choose select i think believe it it's only key which again still single provided namely ultimately really",
        [WordRoles.Copulas] = "is was are be remains becomes equals",
        [WordRoles.SubjectCopulas] = "is was are would must should seems appears remains looks has",
        [WordRoles.Adverbs] = "therefore thus hence then clearly definitely certainly indeed also the be to a an most likely probably my our best single only by far actually still more very overall",
        [WordRoles.Predicates] = "correct right",
        [WordRoles.Superlatives] = "best most appropriate likely preferred strongest accurate correct right only",
        [WordRoles.PredicateNouns] = "answer choice option response one pick selection solution",
        [WordRoles.Tentative] = "could may might can possibly perhaps maybe potentially",
        [WordRoles.Negations] = "not never neither nor cannot can't isn't aren't wasn't won't wouldn't couldn't shouldn't doesn't don't didn't except excluding excludes unlikely incorrect wrong without rather instead hardly",
        [WordRoles.Plurals] = "either both between whether any among one",
        [WordRoles.Conditions] = "if unless assuming suppose supposing provided whether were had",
        [WordRoles.Concessions] = "although though while whereas",
        [WordRoles.Conclusions] = "therefore thus hence so consequently accordingly",
        [WordRoles.Reasons] = "because since as which who that due given and but so therefore thus hence while whereas where when for in to with",
        [WordRoles.Decisions] = "choose chose chosen choosing select selecting selected pick picking picked",
        [WordRoles.DecisionConnectors] = "option choice answer letter the would be is as",
        [WordRoles.Corrections] = "but rather instead",
        [WordRoles.AfterLetter] = "is was are be because since as due and but which who that for in on with given so therefore thus hence if unless when while where would will should must can cannot has have not or by from to explanation reason reasoning rationale note the this these those it its at among of based here only correct definitely final option choice although though however i we most best both confidence rather than seems appears remains looks",
        [WordRoles.BeforeSubject] = "option options choice choices answer letter so therefore thus hence and but because since as that conclude believe think however only however consequently is clearly while although though if",
        [WordRoles.Evidence] = "likely appropriate best correct diagnosis suggests suggest suggesting indicates indicate indicating consistent points pointing corresponds matches supports leaving leaves therefore thus hence conclusion overall confirms favors",
    };

    private static readonly FrozenDictionary<string, (string Word, WordRoles Roles)> Known = WordsOf
        .SelectMany(static role => role.Value.Split(' ').Select(word => (Word: word, Role: role.Key)))
        .GroupBy(static word => word.Word, static word => word.Role)
        .ToFrozenDictionary(static word => word.Key, static word => (word.Key, word.Aggregate(static (all, role) => all | role)));

    private static readonly FrozenDictionary<string, (string Word, WordRoles Roles)>.AlternateLookup<ReadOnlySpan<char>> KnownBySpan = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A word in small letters and what it can do.</summary>
    public static (string Word, WordRoles Roles) Find(ReadOnlySpan<char> word) => KnownBySpan.TryGetValue(word, out var known) ? known : (word.ToString(), WordRoles.None);
}
