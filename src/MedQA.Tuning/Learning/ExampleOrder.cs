using MedQA.Evaluation.Randomness;

namespace MedQA.Tuning.Learning;

/// <summary>
/// The order of the exemplars: a new permutation in each round. It depends only on seed and step, so a resumed tuning needs no state for
/// it.
/// </summary>
/// <param name="Seed">The seed.</param>
/// <param name="Count">The number of exemplars.</param>
internal sealed record ExampleOrder(long Seed, int Count)
{
    /// <summary>Returns the exemplars of a step's batch.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="size">The size of a batch.</param>
    public int[] Batch(int step, int size)
    {
        var batch = new int[size];
        var (epoch, order) = (-1L, Array.Empty<int>());
        for (var index = 0; index < size; index++)
        {
            var place = ((step - 1L) * size) + index;
            if (place / Count != epoch)
            {
                epoch = place / Count;
                order = Permutation((int)epoch);
            }

            batch[index] = order[(int)(place % Count)];
        }

        return batch;
    }

    /// <summary>Returns the permutation of one round (Fisher-Yates).</summary>
    public int[] Permutation(int round)
    {
        var stream = RandomStream.For("tune-order", Seed, "", "");
        var order = Enumerable.Range(0, Count).ToArray();
        for (var last = Count - 1; last > 0; last--)
        {
            var other = stream.Below(last + 1, last, round);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}
