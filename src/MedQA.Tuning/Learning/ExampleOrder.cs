using MedQA.Evaluation.Randomness;

namespace MedQA.Tuning.Learning;

/// <summary>
/// The order in which exemplars are learned from: all of them in a drawn order, then all in another one. A function of seed and step, so a
/// tuning that goes on needs no state of it.
/// </summary>
/// <param name="Seed">The seed.</param>
/// <param name="Count">How many exemplars there are.</param>
internal sealed record ExampleOrder(long Seed, int Count)
{
    /// <summary>The exemplars of a step's batch.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="size">Exemplars of a batch.</param>
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

    /// <summary>All exemplars in the order of one round (Fisher and Yates).</summary>
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
