namespace MedQA.Evaluation.Extraction.Words;

/// <summary>Spanish.</summary>
internal static class SpanishWords
{
    public static LanguageWords All { get; } = new(new Dictionary<WordRoles, string> { [WordRoles.AnswerNouns] = "答案" }, []);
}
