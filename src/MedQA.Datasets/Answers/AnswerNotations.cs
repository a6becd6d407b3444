namespace MedQA.Datasets.Answers;

/// <summary>A set of notations in which a field may name the right option.</summary>
[Flags]
internal enum AnswerNotations
{
    None = 0,
    Letter = 1,
    FromZero = 2,
    FromOne = 4,
    Text = 8,
    Number = FromZero | FromOne,
    Index = Letter | Number,
    Any = Index | Text,
}

/// <summary>Narrows notations to the one that was set.</summary>
internal static class AnswerNotationSetting
{
    /// <summary>Returns the notations of a field under a setting, which does not apply to a field that never uses the notation.</summary>
    public static AnswerNotations Narrowed(this AnswerNotations allowed, AnswerNotation setting)
    {
        var only = setting switch
        {
            AnswerNotation.Letter => AnswerNotations.Letter,
            AnswerNotation.FromZero => AnswerNotations.FromZero,
            AnswerNotation.FromOne => AnswerNotations.FromOne,
            AnswerNotation.Text => AnswerNotations.Text,
            _ => AnswerNotations.Any,
        };
        return (allowed & only) != AnswerNotations.None ? allowed & only : allowed;
    }
}
