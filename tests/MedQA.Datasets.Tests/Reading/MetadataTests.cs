using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Datasets.Importing;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Tables;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using static MedQA.Datasets.Tests.SetReadings;

namespace MedQA.Datasets.Tests.Reading;

public sealed class MetadataTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("id,question,option_a,option_b,answer,Difficulty,year,note\nq,One?,yes,no,A,hard, 2019 ,\n")]
    [InlineData("""{"id":"q","question":"One?","options":["yes","no"],"answer":"A","Difficulty":"hard","year":2019,"note":null}""")]
    [InlineData("""[{"id":"q","year":2019,"data":{"question":"One?","options":["yes","no"],"answer":"A","Difficulty":"hard"}}]""")]
    public async Task Columns_that_are_no_part_of_a_question_stay_with_it_under_their_names(string text)
    {
        var question = Assert.Single(await QuestionsAsync(text));
        Assert.Equal("Difficulty=hard year=2019", Text(question));
        Assert.Equal(["yes", "no"], question.Options);
        Assert.Equal(0, question.Gold);
    }

    [Fact]
    public async Task A_name_is_of_one_column_also_where_the_first_is_blank_and_joiners_are_part_of_names()
    {
        var questions = await SetReadings.QuestionsAsync(
            "question,a,b,answer,sex,sex,سطح\u200Cدشواری\nOne?,yes,no,A,f,m,hard\nTwo?,yes,no,B,,m,easy\n", new QuestionSetOptions { FileName = "set.csv" });

        Assert.Equal("f", questions[0].Metadata!["sex"]);
        Assert.False(questions[1].Metadata!.ContainsKey("sex"));
        Assert.Equal(["hard", "easy"], questions.Select(static question => question.Metadata!["سطح\u200Cدشواری"]));
    }

    [Fact]
    public async Task Years_of_PubMedQA_are_kept_and_its_long_answers_are_not()
    {
        var question = Assert.Single(await QuestionsAsync(
            """{"123":{"QUESTION":"Does it?","CONTEXTS":["It may."],"LABELS":["R"],"MESHES":["X"],"YEAR":"2011","reasoning_required_pred":"yes","LONG_ANSWER":"It does.","final_decision":"yes"}}"""));
        Assert.Equal("YEAR=2011 reasoning_required_pred=yes", Text(question));
    }

    /// <summary>What stands in a second column that may hold what the question is about: asked, refused or kept, and never lost.</summary>
    [Theory]
    [InlineData("BP 190/110")]
    [InlineData("smoker")]
    [InlineData("Cardiology")]
    [InlineData("42")]
    [InlineData("D12.txt")]
    [InlineData("No known allergies.")]
    public async Task A_further_text_that_a_question_may_be_about_is_never_lost(string text)
    {
        string[] names = ["context", .. HeaderNames.Context.Where(static name => name != "context")];
        foreach (var (first, second) in names.SelectMany(first => names[..8].Where(second => second != first).Select(second => (first, second))))
        {
            var row = Assert.Single(await RowsAsync($"question,a,b,answer,{first},{second}\nWhich drug helps most?,aspirin,codeine,A,A man of 60 has pain after a walk.,{text}\n"));
            Assert.True(
                row switch
                {
                    AcceptedRow { Question: var question } => question.Context!.Contains(text, StringComparison.Ordinal) || question.Metadata?.Values.Contains(text) == true,
                    RejectedRow rejected => rejected.Reason.Contains("may both hold what the question is about", StringComparison.Ordinal),
                    _ => false,
                },
                $"{first}, {second}: {row}");
        }
    }

    [Fact]
    public async Task A_second_text_that_a_question_may_be_about_is_refused_and_a_number_or_a_file_is_kept()
    {
        const string Row = "Which drug helps most?,aspirin,codeine,A,A man of 60 has pain after a walk.,";
        Assert.Equal(
            "'context' and 'passage' may both hold what the question is about: join them in context, or give the one that is not another name.",
            (await RejectedAsync($"question,a,b,answer,context,passage\n{Row}BP 190/110\n")).Reason);
        Assert.Contains("'context' and 'history' may both hold", (await RejectedAsync($"question,a,b,answer,context,history\n{Row}Pregnant\n")).Reason, StringComparison.Ordinal);
        Assert.Equal("case=12", Text(Assert.Single(await QuestionsAsync($"question,a,b,answer,context,case\n{Row}12\n"))));
        Assert.Equal("document=D12.txt", Text(Assert.Single(await QuestionsAsync("question,a,b,answer,document\nWhich drug helps most?,aspirin,codeine,A,D12.txt\n"))));
    }

    [Fact]
    public async Task A_column_that_holds_a_text_in_some_rows_is_what_all_questions_are_about_its_codes_too()
    {
        const string Head = "question,a,b,answer,history\n";
        const string Code = "Which drug helps?,aspirin,codeine,A,G2P1\n";
        var (tally, questions) = await TalliedAsync($"{Head}{Code}Which test helps?,x-ray,scan,B,A woman of 30 is pregnant.\nWhich one?,yes,no,A,\n");
        Assert.Equal(["G2P1", "A woman of 30 is pregnant.", null], questions.Select(static question => question.Context));
        Assert.All(questions, static question => Assert.Null(question.Metadata));
        Assert.Equal(
            ["'history' is shown with the questions, and holds a code or the like in 1 of 3 rows: if the questions are not about it, keep it beside them with --map metadata=history."],
            tally.Readings);

        var notes = new List<string>();
        Assert.Single(await QuestionsAsync(
            $"{Head}{Code}{Code.Replace("drug", "test", StringComparison.Ordinal)}Why?,a,b,A,A man of 60 has pain.\n", new QuestionSetOptions { FileName = "set.csv", Limit = 1, Noted = notes.Add }));
        Assert.Contains(notes, static note => note.Contains("'history' is shown with the questions, and holds a code or the like in 1 of 1 rows", StringComparison.Ordinal));

        var (codes, kept) = await TalliedAsync($"{Head}{Code}");
        Assert.Equal("history=G2P1", Text(Assert.Single(kept)));
        Assert.Null(kept[0].Context);
        Assert.Equal(
            ["'history' holds a code or the like in 1 of 1 rows and a text in none, and is kept beside the questions: if they are about it, name it context."],
            codes.Readings);

        var records = await QuestionsAsync(
            """{"question":"Which drug helps?","options":["aspirin","codeine"],"answer":"A","case":"C12"}""" + "\n"
                + """{"question":"Which test helps?","options":["x-ray","scan"],"answer":"B","case":"A woman of 30 is pregnant."}""" + "\n");
        Assert.Equal(["C12", "A woman of 30 is pregnant."], records.Select(static question => question.Context));
    }

    [Theory]
    [InlineData("clinical_scenario")]
    [InlineData("patient_info")]
    [InlineData("vignette_text")]
    [InlineData("Clinical history")]
    public async Task A_short_vignette_under_a_name_that_is_not_read_keeps_every_row_out_codes_too(string name)
    {
        var rows = await RowsAsync($"question,a,b,answer,{name}\nWhich drug helps?,aspirin,codeine,A,P12\nWhich test?,x-ray,scan,B,A man of 60 has pain.\n");
        Assert.All(rows, row => Assert.Equal(
            $"'{name}' looks like what the question is about, but is not read: name it context, or give it another name (--map context={name} or --map metadata={name}).",
            Assert.IsType<RejectedRow>(row).Reason));
        Assert.Equal($"{name}=P12", Text(Assert.Single(await QuestionsAsync($"question,a,b,answer,{name}\nWhich drug helps?,aspirin,codeine,A,P12\n"))));
    }

    [Theory]
    [InlineData("findings_on_arrival", "A man of 60 has had a cough for three weeks.", true)]
    [InlineData("department", "Department of obstetrics and gynaecology", false)]
    [InlineData("explanation", "Aspirin helps since it keeps platelets from clotting.", false)]
    public async Task A_short_text_under_an_unknown_name_is_remarked_on(string name, string text, bool isRemarked)
    {
        var (tally, questions) = await TalliedAsync($"question,a,b,answer,{name}\nWhich drug helps?,aspirin,codeine,A,{text}\n");
        Assert.Equal(text, Assert.Single(questions).Metadata![name]);
        string[] remark = [$"'{name}' is not read, and holds a text in 1 of 1 rows: if the questions are about it, name it context."];
        Assert.Equal(isRemarked ? remark : [], tally.Readings);
    }

    [Fact]
    public async Task A_question_without_other_columns_has_no_metadata()
    {
        Assert.Null(Assert.Single(await QuestionsAsync("question,option_a,option_b,answer,year\nOne?,yes,no,A, \n")).Metadata);
        Assert.Null(new Question { Id = "q", Dataset = "d", Text = "t", Metadata = new Dictionary<string, string>() }.Metadata);
    }

    /// <summary>The same question with and without metadata, whatever that is.</summary>
    [Property(MaxTest = 200)]
    public bool Metadata_changes_neither_fingerprint_nor_cluster_nor_prompt(NonNull<string> text, NonNull<string> option, NonNull<string> name, NonNull<string> value)
    {
        var bare = new Question { Id = "q", Dataset = "medqa", Text = $"Which? {text.Get}", Options = ["one", $"two {option.Get}"], Gold = 0 };
        var noted = bare with { Metadata = new Dictionary<string, string> { [name.Get] = value.Get } };
        var protocol = Protocol.Of(BuiltInProfiles.Find("self-consistency")!, ["medqa"], freeAnswers: false);
        return QuestionFingerprint.Of(bare) == QuestionFingerprint.Of(noted)
            && QuestionFingerprint.ClusterOf(bare) == QuestionFingerprint.ClusterOf(noted)
            && JsonSerializer.Serialize(PromptBuilder.Build(protocol, bare) as object) == JsonSerializer.Serialize(PromptBuilder.Build(protocol, noted) as object);
    }

    [Fact]
    public async Task Rows_that_differ_in_metadata_only_are_duplicates()
    {
        var rows = await RowsAsync("id,question,option_a,option_b,answer,year\nq,One?,yes,no,A,2019\nq,One?,yes,no,A,2020\n");
        Assert.Equal("The id 'q' is already that of line 2.", Assert.IsType<RejectedRow>(rows[1]).Reason);
    }

    [Fact]
    public async Task What_is_not_kept_is_told()
    {
        var (tally, questions) = await TalliedAsync(
            $"question,option_a,option_b,answer,notes,year,year,{new string('n', 101)},,odd\u0001,turned\u202E\n"
                + $"One?,yes,no,A,{new string('x', 500)},2019,2020,long,none,control,turned\n"
                + $"Two?,yes,no,A,{new string('x', 501)},2021,,,,,\n");
        Assert.Equal($"notes={new string('x', 500)} year=2019", Text(questions[0]));
        Assert.Equal("year=2021", Text(questions[1]));
        Assert.Equal(
            [
                "Values of metadata are kept up to 500 characters; longer ones are left out: 'notes' in 1 row.",
                $"Names of metadata have up to 100 characters, and none that are not shown; columns with others are left out: '{new string('n', 59)}…', 'odd ', 'turned\u202E'.",
                "Several columns have one name; only the first is kept: 'year'.",
            ],
            tally.Readings);
        Assert.Equal(["notes", "year"], tally.Metadata);
    }

    [Fact]
    public async Task Names_that_differ_in_case_are_two_and_those_of_other_scripts_are_kept()
    {
        var question = Assert.Single(await QuestionsAsync("question,option_a,option_b,answer,Year,year,__proto__,=SUM(A1),难度,\"two\nlines\"\nOne?,yes,no,A,1,2,3,=1+1,高,4\n"));
        Assert.Equal("Year=1 year=2 __proto__=3 =SUM(A1)==1+1 难度=高 two lines=4", Text(question));
    }

    [Fact]
    public async Task Of_many_columns_the_first_32_are_kept_and_the_others_named()
    {
        var names = Enumerable.Range(0, 40).Select(static column => $"column {(char)('a' + (column / 26))}{column} of notes").ToList();
        var (tally, questions) = await TalliedAsync($"question,option_a,option_b,answer,{string.Join(',', names)}\nOne?,yes,no,A,{string.Join(',', Enumerable.Range(0, 40))}\n");
        Assert.Equal(names.Take(32), questions[0].Metadata!.Keys);
        Assert.StartsWith("The first 32 columns of metadata are kept; the others are left out: 'column b32 of notes', ", Assert.Single(tally.Readings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_name_in_each_of_many_records_costs_no_memory_and_no_column()
    {
        var text = new StringBuilder();
        for (var record = 0; record < 3_000; record++)
        {
            text.Append("{\"question\":\"Is it ").Append(record).Append("?\",\"options\":[\"yes\",\"no\"],\"answer\":\"A\",\"kind").Append(record).Append("\":\"x\"}\n");
        }

        var (tally, questions) = await TalliedAsync(text.ToString());
        Assert.Equal(32, tally.Metadata.Count);
        Assert.Equal(32, questions.Count(static question => question.Metadata is not null));
        Assert.EndsWith("and more than 992 others.", Assert.Single(tally.Readings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_marked_is_metadata_whatever_it_is_called()
    {
        var question = Assert.Single(await QuestionsAsync("question,option_a,option_b,answer,meta:answer_key,Meta: question,meta:\nOne?,yes,no,A,B,Two?,z\n"));
        Assert.Equal("answer_key=B question=Two? meta:=z", Text(question));
        Assert.Equal(("One?", 0), (question.Text, question.Gold));
    }

    [Fact]
    public async Task An_imported_set_has_the_same_metadata_when_it_is_read_again()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-metadata-").FullName;
        var (one, two) = (Path.Combine(folder, "one.csv"), Path.Combine(folder, "two.jsonl"));
        await File.WriteAllTextAsync(one, "question,option_a,option_b,answer,subject,category,meta:answer,year\nOne?,yes,no,A,,heart,=1+1,\nTwo?,yes,no,B,,lung,,2020\n", Cancel);
        await File.WriteAllTextAsync(two, """{"question":"Three?","options":["x","y"],"answer":"B","__proto__":"a, \"b\"\nc","year":2021}""", Cancel);
        using var stream = new MemoryStream();
        await QuestionSetImport.ImportAsync([new ImportFile(one), new ImportFile(two)], new QuestionSetOptions(), stream, rejected: null, Cancel);
        Assert.StartsWith("id,dataset,question,context,option_a,option_b,answer,meta:category,meta:answer,meta:year,meta:__proto__\r\n", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
        var again = Questions(await RowsAsync(stream.ToArray()));
        Assert.Equal(["category=heart answer==1+1", "category=lung year=2020", "year=2021 __proto__=a, \"b\"\nc"], again.Select(Text));
    }

    [Fact]
    public async Task Files_with_too_many_columns_of_metadata_together_are_refused()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-metadata-").FullName;
        var files = new List<ImportFile>();
        for (var file = 0; file < 2; file++)
        {
            var path = Path.Combine(folder, $"set{file}.csv");
            await File.WriteAllTextAsync(path, $"question,option_a,option_b,answer,{string.Join(',', Enumerable.Range(0, 20).Select(column => $"note of {file} {(char)('a' + column)}x"))}\nOne?,yes,no,A{string.Concat(Enumerable.Repeat(",v", 20))}\n", Cancel);
            files.Add(new ImportFile(path));
        }

        using var stream = new MemoryStream();
        var fault = await Assert.ThrowsAsync<MedQA.Evaluation.InputException>(() => QuestionSetImport.ImportAsync(files, new QuestionSetOptions(), stream, rejected: null, Cancel));
        Assert.Equal("set1.csv: with this file, the question set has 40 columns of metadata; 32 are allowed. Import the files apart, or leave columns out.", fault.Message);
        Assert.Equal(0, stream.Length);
    }

    private static string Text(Question question) => string.Join(' ', question.Metadata!.Select(static pair => $"{pair.Key}={pair.Value}"));

    private static async Task<(QuestionSetTally Tally, List<Question> Questions)> TalliedAsync(string text)
    {
        var tally = new QuestionSetTally();
        var rows = await RowsAsync(text, new QuestionSetOptions { FileName = "set.csv", Noted = tally.Note });
        rows.ForEach(tally.Add);
        return (tally, Questions(rows));
    }
}
