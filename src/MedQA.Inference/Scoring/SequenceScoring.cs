using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Decoding;
using MedQA.Inference.Sampling;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Scoring;

/// <summary>
/// Log-likelihoods of continuations: all of them in one packed pass where the graph allows it, else branch by branch, each read on
/// top of what it shares with the one before. Not safe for concurrent use.
/// </summary>
/// <param name="session">The graph.</param>
/// <param name="canPack">Whether packed rows may be used.</param>
internal sealed class SequenceScoring(DecoderSession session, bool canPack)
{
    // Nodes of one tree, so that its cells stay few compared with the prompt's.
    private const int MaxNodes = 2048;

    private readonly TokenSampler _sampler = new(session.Layout.VocabularySize);

    /// <summary>Scores sequences.</summary>
    /// <param name="promptIds">The prompt's tokens.</param>
    /// <param name="prompt">The prompt's cells; used as room for more where there is some, and as before afterwards.</param>
    /// <param name="promptLogits">The logits after the prompt.</param>
    /// <param name="sequences">What to score; those that share tokens should be adjacent.</param>
    /// <param name="work">A cache to use where the prompt's has too little room.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    public ContinuationScore[] Score(
        IReadOnlyList<int> promptIds,
        KeyValueCache prompt,
        ReadOnlySpan<float> promptLogits,
        IReadOnlyList<ScoredSequence> sequences,
        KeyValueCache work,
        CancellationToken cancellationToken)
    {
        var results = new ContinuationScore[sequences.Count];
        var mostNodes = Math.Min(MaxNodes, (session.Layout.MostCells ?? int.MaxValue) - promptIds.Count);
        for (var start = 0; start < sequences.Count;)
        {
            var tree = new TokenTree(promptIds);
            var places = new List<int[]>();
            for (var next = start; next < sequences.Count
                && (next == start || tree.Nodes.Count + sequences[next].Length - promptIds.Count <= mostNodes); next++)
            {
                places.Add(tree.Add(sequences[next]));
            }

            var scores = new TokenScore[tree.Scores.Count];
            Score(tree, promptLogits, scores);
            if (tree.Nodes.Count > 0)
            {
                if (canPack && prompt.Length + tree.Nodes.Count <= (session.Layout.MostCells ?? int.MaxValue))
                {
                    ReadPacked(tree, prompt, work, scores, cancellationToken);
                }
                else
                {
                    ReadBranches(tree, prompt, work, scores, cancellationToken);
                }
            }

            foreach (var place in places)
            {
                results[start++] = Sum(place, scores);
            }
        }

        return results;
    }

    private static ContinuationScore Sum(int[] places, TokenScore[] scores)
    {
        var sum = 0.0;
        var isGreedy = true;
        foreach (var place in places)
        {
            sum += scores[place].LogProbability;
            isGreedy &= scores[place].IsMostLikely;
        }

        return new(sum, places.Length, isGreedy);
    }

    /// <summary>Scores what comes directly after the prompt.</summary>
    private void Score(TokenTree tree, ReadOnlySpan<float> promptLogits, TokenScore[] scores)
    {
        var after = tree.Scores.Where(static score => score.Key.Node == TokenTree.PromptEnd)
            .Select(static score => (score.Key.Token, score.Value))
            .ToList();
        Score(promptLogits, after, scores);
    }

    private void Score(ReadOnlySpan<float> logits, List<(int Token, int Score)> scored, TokenScore[] scores)
    {
        if (scored.Count == 0)
        {
            return;
        }

        var logSum = _sampler.LogSumOfExponentials(logits, out var mostLikely);
        foreach (var (token, score) in scored)
        {
            scores[score] = new(logits[token] - logSum, token == mostLikely);
        }
    }

    private void ReadPacked(
        TokenTree tree, KeyValueCache prompt, KeyValueCache work, TokenScore[] scores, CancellationToken cancellationToken)
    {
        var promptLength = prompt.Length;
        var (order, scored) = tree.ScoredLast();
        var cellOf = new int[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            cellOf[order[place]] = promptLength + place;
        }

        var cache = prompt;
        if (promptLength + order.Length > prompt.Capacity)
        {
            cache = work;
            work.Reshape(1, promptLength + order.Length);
            work.Fill(prompt, promptLength);
        }

        try
        {
            foreach (var (start, length) in ChunkPlan.Cut(order.Length, ChunkPlan.MostLogitsOf(session.Layout)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadPacked(
                    tree,
                    order.AsSpan(start, length),
                    cellOf,
                    cache,
                    Math.Clamp(scored - (order.Length - start - length), 1, length),
                    scores);
            }
        }
        finally
        {
            prompt.Truncate(promptLength);
        }
    }

    private void ReadPacked(
        TokenTree tree, ReadOnlySpan<int> nodes, int[] cellOf, KeyValueCache cache, int logits, TokenScore[] scores)
    {
        var cells = cache.Length + nodes.Length;
        var ids = session.Ids(nodes.Length);
        var positions = session.Positions(nodes.Length);
        var bias = session.Bias(nodes.Length, cells);
        for (var index = 0; index < nodes.Length; index++)
        {
            var node = tree.Nodes[nodes[index]];
            (ids[index], positions[index]) = (node.Token, node.Position);
            bias.Show(index, 0, node.Anchor);
            bias.Hide(index, node.Anchor, cells - node.Anchor);
            for (var seen = nodes[index]; seen >= 0; seen = tree.Nodes[seen].Parent)
            {
                bias.Show(index, cellOf[seen], 1);
            }
        }

        session.Run(cache, nodes.Length, logits, isBiased: true);
        for (var index = 0; index < nodes.Length; index++)
        {
            if (tree.Nodes[nodes[index]] is { IsScored: true } node)
            {
                Score(session.LogitsOf(0, nodes.Length - 1 - index), node.Scored, scores);
            }
        }
    }

    private void ReadBranches(
        TokenTree tree, KeyValueCache prompt, KeyValueCache work, TokenScore[] scores, CancellationToken cancellationToken)
    {
        var promptLength = prompt.Length;
        var children =
            tree.Nodes.Select((node, index) => (node.Parent, index)).ToLookup(static pair => pair.Parent, static pair => pair.index);
        var deepest = tree.Nodes.Max(static node => node.Position) + 1;
        try
        {
            foreach (var root in children[TokenTree.PromptEnd])
            {
                // A graph with shared buffers overwrites what is beyond the prompt; what is within must not change.
                var inPlace =
                    session.Layout.Cache == CacheKind.Shared && tree.Nodes[root].Anchor == promptLength && deepest <= prompt.Capacity;
                var cache = inPlace ? prompt : work;
                if (inPlace)
                {
                    prompt.Truncate(promptLength);
                }
                else
                {
                    work.Reshape(1, Math.Max(deepest, promptLength));
                    work.Fill(prompt, tree.Nodes[root].Anchor);
                }

                ReadBranch(tree, children, root, cache, scores, cancellationToken);
            }
        }
        finally
        {
            prompt.Truncate(promptLength);
        }
    }

    /// <summary>Reads a node and everything after it; the cache ends where the node's parent is.</summary>
    private void ReadBranch(
        TokenTree tree,
        ILookup<int, int> children,
        int first,
        KeyValueCache cache,
        TokenScore[] scores,
        CancellationToken cancellationToken)
    {
        var path = new List<int> { first };
        while (children[path[^1]].Count() == 1)
        {
            path.Add(children[path[^1]].Single());
        }

        foreach (var (start, length) in ChunkPlan.Cut(path.Count, ChunkPlan.MostLogitsOf(session.Layout)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadPath(tree, path.GetRange(start, length), cache, scores);
        }

        var end = cache.Length;
        foreach (var child in children[path[^1]])
        {
            cache.Truncate(end);
            ReadBranch(tree, children, child, cache, scores, cancellationToken);
        }
    }

    private void ReadPath(TokenTree tree, List<int> nodes, KeyValueCache cache, TokenScore[] scores)
    {
        var ids = session.Ids(nodes.Count);
        var positions = session.Positions(nodes.Count);
        var wanted = 1;
        for (var index = 0; index < nodes.Count; index++)
        {
            var node = tree.Nodes[nodes[index]];
            (ids[index], positions[index]) = (node.Token, node.Position);
            wanted = node.IsScored ? Math.Max(wanted, nodes.Count - index) : wanted;
        }

        session.Run(cache, nodes.Count, wanted);
        for (var index = nodes.Count - wanted; index < nodes.Count; index++)
        {
            Score(session.LogitsOf(0, nodes.Count - 1 - index), tree.Nodes[nodes[index]].Scored, scores);
        }
    }

    private readonly record struct TokenScore(double LogProbability, bool IsMostLikely);
}
