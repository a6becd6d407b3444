namespace MedQA.Datasets;

/// <summary>What somebody says of how a question set is to be read. The default lets the file decide.</summary>
/// <param name="Notation">See <see cref="QuestionSetOptions.AnswerNotation"/>.</param>
/// <param name="DropsFillers">See <see cref="QuestionSetOptions.DropsFillers"/>.</param>
public readonly record struct SetReading(AnswerNotation Notation, bool DropsFillers = false)
{
    /// <summary>The notation's name, or <see langword="null"/> where the file is to say which it uses.</summary>
    public string? NotationName => Notation == AnswerNotation.Detect ? null : AnswerNotationName.Of(Notation);
}
