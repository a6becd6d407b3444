using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>Reads a run by its id.</summary>
internal static class RunReading
{
    public static async Task<AnswerPage> AnswersAsync(
        this RunReader reader, RunId run, string? continuation, int take, AnswerFilter filter, CancellationToken cancellationToken) =>
        await reader.AnswersAsync(run, continuation, take, new AnswerQuery { Filter = filter }, cancellationToken);

    public static async Task<AnswerPage> AnswersAsync(
        this RunReader reader, RunId run, string? continuation, int take, AnswerQuery query, CancellationToken cancellationToken) =>
        await reader.AnswersAsync((await reader.GetAsync(run, cancellationToken))!, continuation, take, query, cancellationToken);

    public static async Task<AnsweredQuestion?> GetAnswerAsync(
        this RunReader reader, RunId run, string questionId, CancellationToken cancellationToken) =>
        await reader.FindQuestionAsync((await reader.GetAsync(run, cancellationToken))!, questionId, cancellationToken) is var (ordinal, _)
            ? await reader.GetAnswerAsync(run, ordinal, cancellationToken)
            : null;
}
