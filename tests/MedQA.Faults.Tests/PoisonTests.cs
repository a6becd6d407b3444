using MedQA.Evaluation.Answering;
using MedQA.Faults.Tests.Breaking;

namespace MedQA.Faults.Tests;

/// <summary>A question that breaks the model, the process or the clock costs only itself, also where everything else breaks.</summary>
public sealed class PoisonTests
{
    [Fact]
    public Task A_question_that_breaks_what_answers_it_costs_only_itself() =>
        Seeds.TryAllAsync("poison", Seeds.Of(usual: 0, oneOf: 20), async (seed, cancel) =>
        {
            var random = new Random(seed);
            var ordinals = Enumerable.Range(0, BrokenRun.Questions).OrderBy(_ => random.Next()).Take(3).ToArray();
            var questions = File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Skip(1).Select(static line => line.Split(',')[2]).ToList();
            var poison = $"throws={questions[ordinals[0]]};kills={questions[ordinals[1]]};hangs={questions[ordinals[2]]}";
            await using var run = await BrokenRun.StartAsync(new Disturbance { Seed = seed, Poison = poison }, cancel);

            var ended = await run.EndAsync(cancel);
            Assert.True((ended.State, ended.Totals.Failed) == (RunState.CompletedWithFailures, 3), $"{ended.State}, {ended.Totals.Failed} failed.\n{run.Timeline}");
            await run.MustHaveEveryQuestionOnceAsync(cancel);
            var failures = await run.Reader.AllAnsweredAsync(run.Run, cancel).Where(static answer => answer.Failure is not null).ToDictionaryAsync(static answer => answer.Ordinal, static answer => answer.Failure!.Code, cancellationToken: cancel);
            Assert.Equal(
                new Dictionary<int, string> { [ordinals[0]] = "modelError", [ordinals[1]] = "workerCrashed", [ordinals[2]] = FailureCodes.TimeLimit }.OrderBy(static failure => failure.Key),
                failures.OrderBy(static failure => failure.Key));
        });
}
