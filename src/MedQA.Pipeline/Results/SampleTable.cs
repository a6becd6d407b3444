using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;

namespace MedQA.Pipeline.Results;

/// <summary>A sample of a question, with the question and its answer.</summary>
internal sealed record SampleRow(AnswerRow Answer, Reasoning Reasoning);

/// <summary>
/// The table of a run's samples: <c>samples.parquet</c>. What it says of the question has the columns of <see cref="AnswerTable"/>.
/// </summary>
internal static class SampleTable
{
    /// <summary>The columns, in order.</summary>
    public static ImmutableArray<TableColumn<SampleRow>> Columns { get; } =
    [
        new ValueColumn<SampleRow, int>("ordinal", static row => row.Answer.Ordinal),
        new TextColumn<SampleRow>("id", static row => row.Answer.Id),
        new TextColumn<SampleRow>("dataset", static row => row.Answer.Dataset),
        new TextColumn<SampleRow>("topic", static row => row.Answer.Topic),
        new TextColumn<SampleRow>("question", static row => row.Answer.Question),
        new TextColumn<SampleRow>("context", static row => row.Answer.Context),
        new TextColumn<SampleRow>("option_texts", static row => ListCell.Of(row.Answer.OptionTexts)),
        new TextColumn<SampleRow>("gold", static row => row.Answer.Gold),
        new TextColumn<SampleRow>("answer", static row => row.Answer.Answer),
        new OptionalColumn<SampleRow, bool>("correct", static row => row.Answer.Correct),
        new TextColumn<SampleRow>("votes", static row => ListCell.Of(row.Answer)),
        new ValueColumn<SampleRow, int>("stage", static row => row.Reasoning.Stage),
        new ValueColumn<SampleRow, int>("sample", static row => row.Reasoning.Index),
        new TextColumn<SampleRow>("reasoning", static row => row.Reasoning.Text),
        new TextColumn<SampleRow>(
            "sample_answer", static row => row.Reasoning.ChosenOptions?.ToString()),
        new ValueColumn<SampleRow, bool>("forced", static row => row.Reasoning.Forced),
        new TextColumn<SampleRow>("end", static row => EnumNames.Of(row.Reasoning.End)),
        new ValueColumn<SampleRow, int>("drawn_tokens", static row => row.Reasoning.DrawnTokens),
        new ValueColumn<SampleRow, double>("log_likelihood", static row => row.Reasoning.LogLikelihood),
        new TextColumn<SampleRow>(
            "option_order", static row => ListCell.Of(row.Reasoning.OptionOrder is { IsEmpty: false } order ? order : null)),
        new TextColumn<SampleRow>(
            "option_log_likelihoods",
            static row => ListCell.Of(row.Reasoning.OptionLogLikelihoods is { IsEmpty: false } likelihoods ? likelihoods : null)),
        new TextColumn<SampleRow>("thought", static row => row.Reasoning.Thought),
        new TextColumn<SampleRow>("follow_up", static row => row.Reasoning.FollowUp),
        new OptionalColumn<SampleRow, int>("thinking_tokens", static row => row.Reasoning.Thinking?.Tokens),
        new OptionalColumn<SampleRow, bool>(
            "thought_closed", static row => row.Reasoning.Thinking is { } thinking ? !thinking.Closed.IsEmpty : null),
    ];
}
