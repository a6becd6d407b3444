using FsCheck.Xunit;
using MedQA.Evaluation;
using static MedQA.Datasets.Tests.SetReadings;

namespace MedQA.Datasets.Tests.Reading;

public sealed class ColumnMapTests
{
    [Theory]
    [InlineData("frage,right_letter,op1,op2,jahr\nEins?,B,ja,nein,2019\n")]
    [InlineData("Fragen der Klinik,,,,\nfrage;right_letter;op1;op2;jahr\nEins?;B;ja;nein;2019\n")]
    [InlineData("""{"frage":"Eins?","right_letter":"B","op1":"ja","op2":"nein","jahr":2019}""")]
    [InlineData("""[{"data":{"frage":"Eins?","right_letter":"B","op1":"ja","op2":"nein"},"jahr":2019}]""")]
    [InlineData("""{"items":[{"frage":"Eins?","right_letter":"B","op1":"ja","op2":"nein","jahr":2019}]}""")]
    public async Task Mapped_columns_are_read_as_the_parts_that_the_map_names(string text)
    {
        var question = Assert.Single(await QuestionsAsync(text, Mapped("question=frage,gold=right_letter,option_a=op1,option_b=op2")));
        Assert.Equal(("Eins?", 1), (question.Text, question.Gold));
        Assert.Equal(["ja", "nein"], question.Options);
        Assert.Equal("jahr", Assert.Single(question.Metadata!.Keys));
    }

    [Fact]
    public async Task A_column_that_looks_like_the_right_answer_or_an_option_can_be_kept_as_metadata()
    {
        var text = "question,first choice,second choice,reference_answers\nOne?,yes,no,tea\n";
        Assert.Contains("'first choice', 'second choice' look like options", (await RefusedAsync(text)).Message, StringComparison.Ordinal);
        Assert.Contains("A map (--map, over HTTP map) says the same", (await RefusedAsync(text)).Message, StringComparison.Ordinal);
        var question = Assert.Single(await QuestionsAsync(text, Mapped("""{"metadata": ["first choice", "Second_Choice"]}""")));
        Assert.Equal(["first choice", "second choice"], question.Metadata!.Keys);
        Assert.Equal(["tea"], question.ReferenceAnswers);
    }

    [Fact]
    public async Task Columns_of_pairs_are_kept_as_metadata_under_these_names_whatever_they_look_like()
    {
        var questions = await QuestionsAsync("case,sex,question,a,b,answer,other\n1,A,One?,yes,no,A,x\n1,B,Two?,yes,no,B,y\n", Mapped("pair=case,group=sex"));
        Assert.Equal(["pair 1 group A other x", "pair 1 group B other y"], questions.Select(static question => string.Join(' ', question.Metadata!.Select(static pair => $"{pair.Key} {pair.Value}"))));
        Assert.All(questions, static question => Assert.Null(question.Context));
    }

    [Theory]
    [InlineData("Pair,sex,group,question,a,b,answer\n1,m,2,One?,yes,no,A\n", "group=sex", "set.csv, line 1: 'sex' is mapped to group, and there is a column 'group' too: rename that.")]
    [InlineData("Pair,sex,id,question,a,b,answer\n1,m,2,One?,yes,no,A\n", "pair=id,metadata=Pair", "set.csv, line 1: 'id' is mapped to pair, and there is a column 'Pair' too: rename that.")]
    public async Task Two_columns_cannot_both_name_the_pair_or_the_group(string text, string map, string message) =>
        Assert.Equal(message, (await RefusedAsync(text, Mapped(map))).Message);

    [Fact]
    public async Task Members_of_a_pair_that_do_not_differ_are_both_read_unless_they_have_one_id()
    {
        Assert.Equal(2, (await QuestionsAsync("pair,group,question,a,b,answer\n1,m,One?,yes,no,A\n1,f,One?,yes,no,A\n")).Count);
        Assert.Equal(["v1", "v1-row-00002"], (await QuestionsAsync("id,pair,group,question,a,b,answer\nv1,1,m,One?,yes,no,A\nv1,1,f,One or so?,yes,no,A\n")).Select(static question => question.Id));
    }

    [Theory]
    [InlineData("gold=key2", "set.csv, line 1: 'key2' is mapped (gold), and no column has that name; the columns are 'question', 'a', 'b', 'Key', 'key', 'answer'.")]
    [InlineData("gold=KEY", "set.csv, line 1: 'KEY' is mapped (gold), and 2 columns have that name: rename all but one.")]
    [InlineData("gold=Key", "set.csv, line 1: 'Key' is mapped to answer, and there is a column 'answer' too: map that to another part, or keep it beside the question with metadata=answer.")]
    public async Task A_map_that_does_not_fit_the_file_refuses_it_and_says_why(string map, string message) =>
        Assert.Equal(message, (await RefusedAsync("question,a,b,Key,key,answer\nOne?,yes,no,A,B,A\n", Mapped(map))).Message);

    [Theory]
    [InlineData("options=o,option_a=oa,gold=k", "set.csv, line 1: 'oa' is mapped to option_a, which is not read beside the other columns: options are read either from one column, options, or from option_a, option_b … without a gap.")]
    [InlineData("options=o,option_b=oa,gold=k", "set.csv, line 1: 'oa' is mapped to option_b, which is not read beside the other columns: options are read either from one column, options, or from option_a, option_b … without a gap.")]
    [InlineData("option_a=o,option_b=oa,options=x,gold=k", "set.csv, line 1: 'x' is mapped to options, which is not read beside the other columns: options are read either from one column, options, or from option_a, option_b … without a gap.")]
    public async Task A_mapped_column_that_would_not_be_read_is_named(string map, string message) =>
        Assert.Equal(message, (await RefusedAsync("question,o,oa,x,k\nOne?,\"A) yes B) no\",no,never,A\n", Mapped(map))).Message);

    [Fact]
    public async Task A_column_that_no_record_has_is_named() =>
        Assert.Equal(
            "set.csv: 'jahr' is mapped, and no record has it.",
            (await RefusedAsync("""{"question":"One?","options":["yes","no"],"answer":"A"}""", Mapped("topic=jahr"))).Message);

    [Fact]
    public async Task An_exact_name_counts_before_one_that_is_the_same_without_case()
    {
        var question = Assert.Single(await QuestionsAsync("question,a,b,Key,key\nOne?,yes,no,A,B\n", Mapped("gold=key")));
        Assert.Equal(1, question.Gold);
        Assert.Equal("Key", Assert.Single(question.Metadata!).Key);
    }

    [Theory]
    [InlineData("gold", "has 'gold', which must be PART=COLUMN; names with a comma can be mapped in a JSON object only")]
    [InlineData("", "has '', which must be PART=COLUMN; names with a comma can be mapped in a JSON object only")]
    [InlineData("{}", "is empty")]
    [InlineData("{", "is not valid JSON")]
    [InlineData("""{"gold": 3}""", "must give a column's name as a text for 'gold'")]
    [InlineData("""{"metadata": [3]}""", "must give a column's name as a text for 'metadata', or a list of such names")]
    [InlineData("gold= ", "gives no column for 'gold'")]
    [InlineData("gold=x,gold=y", "names the part 'gold' twice")]
    [InlineData("gold=x,topic=x", "names the column 'x' twice")]
    [InlineData("right=x", "names the part 'right'; the parts are question, context, id, dataset, topic, options, gold, answer_letter, answer_from_0, answer_from_1, answer_text, reference_answers, option_a to option_z, pair, group and metadata")]
    public void A_fault_says_what_is_wrong(string text, string fault)
    {
        Assert.False(ColumnMap.TryParse(text, out var map, out var found));
        Assert.Null(map);
        Assert.Equal(fault, found);
    }

    [Fact]
    public void A_map_is_bounded()
    {
        Assert.False(ColumnMap.TryParse("topic=" + new string('x', 4_000), out _, out var fault));
        Assert.Equal("has 4006 characters; 4000 are allowed", fault);
        Assert.False(ColumnMap.TryParse("topic=" + new string('难', 500), out _, out fault));
        Assert.Equal("is too long: map fewer columns, or give them shorter names", fault);
    }

    [Fact]
    public void Maps_that_say_the_same_are_equal_and_are_written_alike()
    {
        Assert.True(ColumnMap.TryParse("metadata=y,gold=right, option_a = op1,metadata=x", out var pairs, out _));
        Assert.True(ColumnMap.TryParse(pairs.ToString(), out var json, out _));
        Assert.Equal("""{"gold":"right","option_a":"op1","metadata":["x","y"]}""", pairs.ToString());
        Assert.Equal(new SetReading(AnswerNotation.Detect, Map: pairs), new SetReading(AnswerNotation.Detect, Map: json));
    }

    [Property(MaxTest = 500)]
    public bool Whatever_is_given_as_a_map_is_a_map_that_reads_back_or_has_a_fault(string? text) =>
        ColumnMap.TryParse(text ?? "", out var map, out var fault)
            ? ColumnMap.TryParse(map.ToString(), out var again, out _) && again.Equals(map)
            : fault.Length > 0;

    private static QuestionSetOptions Mapped(string map) => ColumnMap.TryParse(map, out var found, out var fault)
        ? new QuestionSetOptions { FileName = "set.csv", Map = found }
        : throw new InputException("set.csv", fault);
}
