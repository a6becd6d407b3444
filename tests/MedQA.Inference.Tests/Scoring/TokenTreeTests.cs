using MedQA.Inference.Scoring;

namespace MedQA.Inference.Tests.Scoring;

public class TokenTreeTests
{
    private static readonly int[] Prompt = [10, 11, 12];

    [Fact]
    public void Single_tokens_after_the_prompt_need_no_pass()
    {
        var tree = new TokenTree(Prompt);

        tree.Add(new(Prompt, [1]));
        tree.Add(new(Prompt, [2]));

        Assert.Empty(tree.Nodes);
        Assert.Equal([(TokenTree.PromptEnd, 1), (TokenTree.PromptEnd, 2)], tree.Scores.Keys);
    }

    [Fact]
    public void What_sequences_share_is_read_once()
    {
        var tree = new TokenTree(Prompt);

        tree.Add(new([10, 11, 12, 5, 6], [7, 8]));
        tree.Add(new([10, 11, 12, 5, 6], [7, 9]));
        tree.Add(new([10, 11, 12, 5], [6, 1]));

        Assert.Equal([5, 6, 7], tree.Nodes.Select(static node => node.Token));
        Assert.Equal([3, 4, 5], tree.Nodes.Select(static node => node.Position));
        Assert.Equal([-1, 0, 1], tree.Nodes.Select(static node => node.Parent));
        Assert.All(tree.Nodes, static node => Assert.Equal(3, node.Anchor));
    }

    [Fact]
    public void A_context_that_ends_within_the_prompt_has_its_last_token_read_again()
    {
        var tree = new TokenTree(Prompt);

        tree.Add(new([10, 11], [12, 4]));

        // Token 11 at position 1 gives the logits for 12; 12 those for 4.
        Assert.Equal([(11, 1, 1), (12, 2, 1)], tree.Nodes.Select(static node => (node.Token, node.Position, node.Anchor)));
    }

    [Fact]
    public void A_context_that_leaves_the_prompt_sees_only_what_is_common()
    {
        var tree = new TokenTree(Prompt);

        tree.Add(new([10, 99, 12], [1]));

        Assert.Equal([(99, 1, 1), (12, 2, 1)], tree.Nodes.Select(static node => (node.Token, node.Position, node.Anchor)));
    }

    [Fact]
    public void Nodes_whose_logits_are_wanted_come_last_and_parents_before_children()
    {
        var tree = new TokenTree(Prompt);
        tree.Add(new([10, 11, 12, 5, 6], [7, 8]));
        tree.Add(new([10, 11, 12, 20, 21], [22, 23]));

        var (order, scored) = tree.ScoredLast();

        Assert.Equal([5, 20, 6, 7, 21, 22], order.Select(node => tree.Nodes[node].Token));
        Assert.Equal(4, scored);
    }
}
