using MedQA.Evaluation;

namespace MedQA.Datasets;

/// <summary>The caller's settings for reading a question set. The default lets the file decide.</summary>
/// <param name="Notation">See <see cref="QuestionSetOptions.AnswerNotation"/>.</param>
/// <param name="DropsFillers">See <see cref="QuestionSetOptions.DropsFillers"/>.</param>
/// <param name="Limit">See <see cref="QuestionSetOptions.Limit"/>.</param>
/// <param name="Sample">See <see cref="QuestionSetOptions.Sample"/>.</param>
/// <param name="Map">See <see cref="QuestionSetOptions.Map"/>.</param>
/// <param name="Until">
/// The half-width of the accuracy's 95 % interval, in percentage points, at which a run of the set stops; <see langword="null"/> to ask all
/// questions. It changes the order in which they are asked, not which are read.
/// </param>
/// <param name="RightAnswers">See <see cref="QuestionSetOptions.RightAnswers"/>.</param>
public readonly record struct SetReading(
    AnswerNotation Notation,
    bool DropsFillers = false,
    int? Limit = null,
    int? Sample = null,
    ColumnMap? Map = null,
    decimal? Until = null,
    RightAnswers RightAnswers = RightAnswers.One)
{
    /// <summary>The most that <see cref="Limit"/> and <see cref="Sample"/> can be: as many questions as a run can have.</summary>
    public const int MaxSize = 1_000_000;

    /// <summary>The name of <see cref="RightAnswers"/>, or <see langword="null"/> for one.</summary>
    public string? RightAnswersName => RightAnswers == RightAnswers.One ? null : EnumNames.Of(RightAnswers);

    /// <summary>The notation's name, or <see langword="null"/> if the file is to say which it uses.</summary>
    public string? NotationName => Notation == AnswerNotation.Detect ? null : AnswerNotationName.Of(Notation);
}
