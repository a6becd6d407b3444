namespace MedQA.Evaluation.Extraction.Words;

/// <summary>German.</summary>
internal static class GermanWords
{
    public static LanguageWords All { get; } = new(new Dictionary<WordRoles, string> { [WordRoles.AnswerNouns] = "答案" }, []);
}
