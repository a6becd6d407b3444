namespace MedQA.Inference.Scoring;

/// <summary>
/// The tokens that must be read on top of a prompt to score some continuations: where sequences begin alike, their common tokens
/// are one path, so each is read once.
/// </summary>
internal sealed class TokenTree(IReadOnlyList<int> prompt)
{
    /// <summary>The node of the whole prompt: its logits are known.</summary>
    public const int PromptEnd = -1;

    private readonly List<TokenNode> _nodes = [];
    private readonly Dictionary<(int Parent, int Anchor, int Token), int> _children = [];
    private readonly Dictionary<(int Node, int Token), int> _scores = [];

    /// <summary>The nodes, parents before children.</summary>
    public IReadOnlyList<TokenNode> Nodes => _nodes;

    /// <summary>The scores to compute: the log-probability of a token after a node.</summary>
    public IReadOnlyDictionary<(int Node, int Token), int> Scores => _scores;

    /// <summary>Adds a sequence.</summary>
    /// <returns>The places of its scores, one for each token of the continuation.</returns>
    public int[] Add(ScoredSequence sequence)
    {
        var firstScored = sequence.Context.Count - 1;
        var common = CommonLength(sequence);
        var usesPromptEnd = common == prompt.Count && firstScored >= prompt.Count - 1;

        // Where the prompt's own last logits do not serve, a token of the context is read again to get its logits.
        var anchor = usesPromptEnd ? prompt.Count : Math.Min(common, firstScored);
        var scores = new int[sequence.Continuation.Count];
        var node = PromptEnd;
        for (var place = anchor - 1; place < sequence.Length - 1; place++)
        {
            if (place >= anchor)
            {
                node = Child(node, anchor, sequence.TokenAt(place), place);
            }

            if (place >= firstScored)
            {
                scores[place - firstScored] = ScoreOf(node, sequence.TokenAt(place + 1));
            }
        }

        return scores;
    }

    /// <summary>
    /// Returns the nodes in the order in which they are read when logits are wanted only for the last of a pass: those without scores
    /// first, then those with scores and what comes after them.
    /// </summary>
    /// <returns>The nodes' numbers and how many of them, from the end, need logits.</returns>
    public (int[] Order, int Scored) ScoredLast()
    {
        var late = new bool[_nodes.Count];
        for (var node = 0; node < _nodes.Count; node++)
        {
            late[node] = _nodes[node].IsScored || (_nodes[node].Parent >= 0 && late[_nodes[node].Parent]);
        }

        var all = Enumerable.Range(0, _nodes.Count).ToList();
        return ([.. all.Where(node => !late[node]), .. all.Where(node => late[node])], late.Count(static isLate => isLate));
    }

    private int CommonLength(ScoredSequence sequence)
    {
        var length = Math.Min(prompt.Count, sequence.Length);
        for (var place = 0; place < length; place++)
        {
            if (prompt[place] != sequence.TokenAt(place))
            {
                return place;
            }
        }

        return length;
    }

    private int Child(int parent, int anchor, int token, int position)
    {
        if (!_children.TryGetValue((parent, anchor, token), out var node))
        {
            node = _nodes.Count;
            _nodes.Add(new(token, parent, anchor, position));
            _children.Add((parent, anchor, token), node);
        }

        return node;
    }

    private int ScoreOf(int node, int token)
    {
        if (!_scores.TryGetValue((node, token), out var score))
        {
            score = _scores.Count;
            _scores.Add((node, token), score);
            if (node >= 0)
            {
                _nodes[node].Scored.Add((token, score));
            }
        }

        return score;
    }
}

/// <summary>A token to be read.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Parent">The node before it, or <see cref="TokenTree.PromptEnd"/>.</param>
/// <param name="Anchor">How many of the prompt's cells it sees.</param>
/// <param name="Position">Its place in its sequence, from 0.</param>
internal sealed record TokenNode(int Token, int Parent, int Anchor, int Position)
{
    /// <summary>The tokens that are scored after it, and where the scores go.</summary>
    public List<(int Token, int Score)> Scored { get; } = [];

    /// <summary>Whether its logits are needed.</summary>
    public bool IsScored => Scored.Count > 0;
}
