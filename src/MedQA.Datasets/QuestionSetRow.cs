using MedQA.Evaluation.Questions;

namespace MedQA.Datasets;

/// <summary>One record of a question set: either <see cref="AcceptedRow"/> or <see cref="RejectedRow"/>.</summary>
/// <param name="Line">The line of the file (from 1) on which the record starts; the row of a sheet or of a Parquet file.</param>
public abstract record QuestionSetRow(int Line);

/// <summary>A record that is a question.</summary>
/// <param name="Question">The question.</param>
/// <param name="Line">See <see cref="QuestionSetRow"/>.</param>
public sealed record AcceptedRow(Question Question, int Line) : QuestionSetRow(Line);

/// <summary>A record that cannot be used.</summary>
/// <param name="Line">See <see cref="QuestionSetRow"/>.</param>
/// <param name="Id">The id that the record gives, or <see langword="null"/> if it gives none.</param>
/// <param name="Reason">What is wrong with it, as a sentence for people.</param>
public sealed record RejectedRow(int Line, string? Id, string Reason) : QuestionSetRow(Line);
