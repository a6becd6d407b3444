using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;
using MedQA.Tuning.Exemplars;

namespace MedQA.Tuning.Learning;

/// <summary>Compares a model with and without a soft prompt on the same questions.</summary>
/// <param name="Questions">Questions with options.</param>
/// <param name="RightBefore">Those whose right option was the most likely without the soft prompt.</param>
/// <param name="RightAfter">The same with it.</param>
/// <param name="Test">McNemar's test of the two, without the soft prompt first.</param>
/// <param name="GoldBefore">The mean log-likelihood of the right option without the soft prompt, in nats.</param>
/// <param name="GoldAfter">The same with it.</param>
/// <param name="GoldDifference">The mean of the paired differences.</param>
/// <param name="ShareDifference">
/// The same for the logarithm of the right option's share among the options, which excludes the gain from merely naming an option.
/// </param>
internal sealed record PromptComparison(
    int Questions,
    int RightBefore,
    int RightAfter,
    McNemarTest Test,
    double GoldBefore,
    double GoldAfter,
    MeanWithError GoldDifference,
    MeanWithError ShareDifference)
{
    /// <summary>Compares evaluations; returns <see langword="null"/> if no question has options.</summary>
    public static PromptComparison? Of(ImmutableArray<TuningExample> examples, PromptEvaluation before, PromptEvaluation after)
    {
        int[] asked = [.. Enumerable.Range(0, examples.Length).Where(index => examples[index].Options.Length > 0)];
        return asked.Length == 0
            ? null
            : Of([.. asked.Select(
                index => examples[index].Question!.Gold!.Value)], [.. asked.Select(
                    index => before.Options[index])], [.. asked.Select(index => after.Options[index])]);
    }

    /// <summary>Compares the options' log-likelihoods.</summary>
    /// <param name="gold">The right option of each question.</param>
    /// <param name="before">The log-likelihoods of its options without the soft prompt.</param>
    /// <param name="after">The same with it.</param>
    public static PromptComparison Of(
        ImmutableArray<int> gold, ImmutableArray<ImmutableArray<double>> before, ImmutableArray<ImmutableArray<double>> after)
    {
        var (only, onlyAfter, rightBefore, rightAfter) = (0, 0, 0, 0);
        for (var index = 0; index < gold.Length; index++)
        {
            var (was, isNow) = (IsRight(before[index], gold[index]), IsRight(after[index], gold[index]));
            rightBefore += was ? 1 : 0;
            rightAfter += isNow ? 1 : 0;
            only += was && !isNow ? 1 : 0;
            onlyAfter += isNow && !was ? 1 : 0;
        }

        double[] goldBefore = [.. gold.Select((option, index) => before[index][option])];
        double[] goldAfter = [.. gold.Select((option, index) => after[index][option])];
        double[] shareBefore = [.. gold.Select((option, index) => Share(before[index], option))];
        double[] shareAfter = [.. gold.Select((option, index) => Share(after[index], option))];
        return new(
            gold.Length,
            rightBefore,
            rightAfter,
            McNemar.Test(only, onlyAfter),
            goldBefore.Average(),
            goldAfter.Average(),
            StandardErrors.Paired(goldAfter, goldBefore),
            StandardErrors.Paired(shareAfter, shareBefore));
    }

    /// <summary>Returns whether the right option is the most likely; the first of equals counts, as in a run.</summary>
    private static bool IsRight(ImmutableArray<double> options, int gold) => options.IndexOf(options.Max()) == gold;

    private static double Share(ImmutableArray<double> options, int gold)
    {
        var highest = options.Max();
        return options[gold] - highest - Math.Log(options.Sum(option => Math.Exp(option - highest)));
    }
}
