namespace MedQA.Evaluation.Extraction.Words;

/// <summary>French.</summary>
internal static class FrenchWords
{
    public static LanguageWords All { get; } = new(new Dictionary<WordRoles, string> { [WordRoles.AnswerNouns] = "答案" }, []);
}
