namespace MedQA.Evaluation.Extraction.Words;

/// <summary>Chinese.</summary>
internal static class ChineseWords
{
    public static LanguageWords All { get; } = new(new Dictionary<WordRoles, string> { [WordRoles.AnswerNouns] = "答案" }, []);
}
