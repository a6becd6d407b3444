using System.Runtime.CompilerServices;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Prompting;

/// <summary>The word that precedes an answer, in the language in which a profile speaks to the model: a cue in another language
/// would make the model change its own.</summary>
internal static class AnswerLeads
{
    private static readonly ConditionalWeakTable<Profile, string> Known = [];
    private static readonly ConditionalWeakTable<Profile, string> KnownForSets = [];

    /// <summary>"Answer:", "Antwort:", "答案：" …</summary>
    public static string Of(Profile profile) => Known.GetValue(profile, static profile => In(LanguageOf(profile)));

    /// <summary>What a question of which several options can be right says behind its text: how many, and how they are named.</summary>
    public static string SeveralRight(Profile profile) => KnownForSets.GetValue(profile, static profile =>
        SeveralIn(LanguageOf(profile), Before(profile, "(A), (C)")));

    private static Language LanguageOf(Profile profile) =>
        Tokenization.LanguageOf(string.Join('\n', profile.System, profile.Instruction, profile.Template));

    private static string SeveralIn(Language language, string example) => language switch
    {
        Language.Spanish => $"(Una o varias opciones son correctas: indique todas, por ejemplo \"{example}\".)",
        Language.German => $"(Eine oder mehrere Optionen sind richtig: Nennen Sie alle, zum Beispiel \"{example}\".)",
        Language.French => $"(Une ou plusieurs options sont exactes : donnez-les toutes, par exemple \"{example}\".)",
        Language.Chinese => $"（一个或多个选项正确：请写出全部正确选项，例如“{example}”。）",
        Language.Japanese => $"（正しい選択肢は一つ以上です。すべて挙げてください。例：「{example}」）",
        _ => $"(One or more of the options are right: name all that are, for example \"{example}\".)",
    };

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
