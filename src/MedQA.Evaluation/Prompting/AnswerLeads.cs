using System.Runtime.CompilerServices;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Prompting;

/// <summary>The word that precedes an answer, in the language in which a profile speaks to the model: a cue in another language
/// would make the model change its own.</summary>
internal static class AnswerLeads
{
    private static readonly ConditionalWeakTable<Profile, string> Known = [];

    /// <summary>"Answer:", "Antwort:", "答案：" …</summary>
    public static string Of(Profile profile) => Known.GetValue(profile,
        static profile => In(Tokenization.LanguageOf(string.Join('\n', profile.System, profile.Instruction, profile.Template))));

    /// <summary>Returns an answer with the word before it.</summary>
    public static string Before(Profile profile, string answer) => Of(profile) is var lead
        && lead.EndsWith('：') ? lead + answer : $"{lead} {answer}";

    private static string In(Language language) => language switch
    {
        Language.Spanish => "Respuesta:",
        Language.German => "Antwort:",
        Language.French => "Réponse :",
        Language.Chinese => "答案：",
        Language.Japanese => "答え：",
        _ => "Answer:",
    };
}
