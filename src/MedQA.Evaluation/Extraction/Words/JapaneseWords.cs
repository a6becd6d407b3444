namespace MedQA.Evaluation.Extraction.Words;

/// <summary>Japanese.</summary>
internal static class JapaneseWords
{
    public static LanguageWords All { get; } = new(new Dictionary<WordRoles, string> { [WordRoles.AnswerNouns] = "答案" }, []);
}
