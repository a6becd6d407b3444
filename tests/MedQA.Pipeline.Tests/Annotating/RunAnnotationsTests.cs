using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Annotating;

public sealed class RunAnnotationsTests(AzuriteFixture azurite)
{
    private static readonly RunAnnotation Old = new() { DisplayName = "Baseline", Tags = ["paper", "table 2"], Note = "First.\nSecond." };
    private static readonly RunAnnotation New = new() { DisplayName = "Best" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_is_read_and_listed_and_stays_while_the_run_goes_on()
    {
        var bench = new Bench(await azurite.NewAsync());
        var annotations = new RunAnnotations(bench.Storage);
        var run = await bench.StartAsync(3);
        Assert.Equal(new RunAnnotation(), await annotations.FindAsync(run, Cancel));

        Assert.Equal(AnnotateOutcome.Written, await annotations.WriteAsync(run, Old, over: null, Cancel));
        await bench.CompleteAsync(run);

        Assert.Equal(Old, await annotations.FindAsync(run, Cancel));
        Assert.Equal(Old, (await bench.Reader.GetAsync(run, Cancel))!.Annotation);
        Assert.Equal(Old, Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs).Annotation);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);

        Assert.Equal(AnnotateOutcome.Written, await annotations.WriteAsync(run, new RunAnnotation(), over: null, Cancel));
        Assert.Equal(new RunAnnotation(), (await bench.Reader.GetAsync(run, Cancel))!.Annotation);
    }

    [Fact]
    public async Task Of_many_who_have_read_the_same_one_writes_and_the_others_are_told()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);
        for (var round = 0; round < 5; round++)
        {
            var read = RunAnnotations.TagOf((await new RunAnnotations(bench.Storage).FindAsync(run, Cancel))!);
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(writer =>
                new RunAnnotations(bench.Storage).WriteAsync(run, new RunAnnotation { Note = $"{round}: {writer}" }, read, Cancel)));

            Assert.Equal(1, outcomes.Count(static outcome => outcome == AnnotateOutcome.Written));
            Assert.Equal(4, outcomes.Count(static outcome => outcome == AnnotateOutcome.Changed));
            var winner = Array.IndexOf(outcomes, AnnotateOutcome.Written);
            await AssertShownAsync(bench, run, new RunAnnotation { Note = $"{round}: {winner}" });
        }
    }

    [Fact]
    public async Task Of_many_who_write_unconditionally_the_list_shows_what_the_blob_says()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            for (var i = 0; i < 5; i++)
            {
                var note = new RunAnnotation { Note = $"{writer}: {i}" };
                Assert.Equal(AnnotateOutcome.Written, await new RunAnnotations(bench.Storage).WriteAsync(run, note, over: null, Cancel));
            }
        }));

        await AssertShownAsync(bench, run, (await new RunAnnotations(bench.Storage).FindAsync(run, Cancel))!);
        Assert.Null((await new RunRows(bench.Storage).FindAsync(run, Cancel))!.Annotating);
    }

    [Fact]
    public async Task A_process_that_is_killed_at_any_write_leaves_the_old_or_the_new_and_lists_agree()
    {
        var storage = await azurite.NewAsync();
        var (bench, prefix) = (new Bench(storage), storage.Runs.Name[..^"runs".Length]);
        var run = await bench.StartAsync(1);
        var seen = new HashSet<RunAnnotation>();
        for (var (calls, killed) = (1, true); killed; calls++)
        {
            Assert.Equal(AnnotateOutcome.Written, await new RunAnnotations(storage).WriteAsync(run, Old, over: null, Cancel));
            var faults = new StorageFaults { KillAfter = calls, WritesOnly = true };
            var dying = new RunAnnotations(azurite.Open(prefix, faults.Configure));
            killed = await Record.ExceptionAsync(() => dying.WriteAsync(run, New, RunAnnotations.TagOf(Old), Cancel)) is not null;

            var found = (await new RunAnnotations(storage).FindAsync(run, Cancel))!;
            seen.Add(found);
            Assert.True(killed ? found == Old || found == New : found == New, $"Write {calls}");
            await AssertShownAsync(bench, run, found);
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task A_run_that_is_deleted_at_any_call_of_a_writer_leaves_no_annotation()
    {
        var storage = await azurite.NewAsync();
        var prefix = storage.Runs.Name[..^"runs".Length];
        var outcomes = new HashSet<AnnotateOutcome>();
        for (var (at, reached) = (1, true); reached; at++)
        {
            var bench = new Bench(storage);
            var run = await bench.StartAsync(1, $"set-{at}.csv");
            reached = false;
            var faults = new StorageFaults
            {
                Before = async call =>
                {
                    if (call == at)
                    {
                        reached = true;
                        await DeleteAsync(bench, run);
                    }
                },
            };
            outcomes.Add(await new RunAnnotations(azurite.Open(prefix, faults.Configure)).WriteAsync(run, New, over: null, Cancel));
            if (!reached)
            {
                await DeleteAsync(bench, run);
            }

            Assert.Null(await new RunAnnotations(storage).FindAsync(run, Cancel));
            Assert.Equal([$"{run}/manifest.json"], await BlobsAsync(storage, run));
            Assert.Empty((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        }

        Assert.Superset(new HashSet<AnnotateOutcome> { AnnotateOutcome.Written, AnnotateOutcome.NotFound, AnnotateOutcome.BeingDeleted }, outcomes);
    }

    [Fact]
    public async Task A_writer_who_is_overtaken_at_any_call_leaves_lists_that_show_what_the_blob_says()
    {
        for (var (at, reached) = (1, true); reached; at++)
        {
            var storage = await azurite.NewAsync();
            var bench = new Bench(storage);
            var run = await bench.StartAsync(1);
            reached = false;
            var faults = new StorageFaults
            {
                Before = async call =>
                {
                    if (call == at)
                    {
                        reached = true;
                        Assert.Equal(AnnotateOutcome.Written, await new RunAnnotations(storage).WriteAsync(run, Old, over: null, Cancel));
                    }
                },
            };
            var slow = new RunAnnotations(azurite.Open(storage.Runs.Name[..^"runs".Length], faults.Configure));
            Assert.Equal(AnnotateOutcome.Written, await slow.WriteAsync(run, New, over: null, Cancel));

            await AssertShownAsync(bench, run, (await new RunAnnotations(storage).FindAsync(run, Cancel))!);
            Assert.Null((await new RunRows(storage).FindAsync(run, Cancel))!.Annotating);
        }
    }

    [Fact]
    public async Task A_damaged_annotation_is_told_to_who_asks_for_it_and_spoils_no_list()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        var run = await bench.StartAsync(1);
        await storage.Annotation(run).PutAsync(BinaryData.FromString("{"), "application/json", Cancel);

        await Assert.ThrowsAsync<InvalidDataException>(() => new RunAnnotations(storage).FindAsync(run, Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => new RunAnnotations(storage).WriteAsync(run, New, over: null, Cancel));
        Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        Assert.NotNull(await bench.Reader.GetAsync(run, Cancel));
    }

    [Fact]
    public async Task A_run_that_is_being_deleted_is_not_annotated()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Delete, Cancel);

        Assert.Equal(AnnotateOutcome.BeingDeleted, await new RunAnnotations(bench.Storage).WriteAsync(run, New, over: null, Cancel));
        await DeleteAsync(bench, run);
        Assert.Equal(AnnotateOutcome.NotFound, await new RunAnnotations(bench.Storage).WriteAsync(run, New, over: null, Cancel));
    }

    [Fact]
    public async Task A_row_that_was_lost_and_made_again_shows_what_the_blob_says()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);
        await new RunAnnotations(bench.Storage).WriteAsync(run, Old, over: null, Cancel);
        var rows = new RunRows(bench.Storage);
        await rows.DeleteAsync((await rows.FindAsync(run, Cancel))!, isLookedAtAgain: false, Cancel);

        await bench.CompleteAsync(run);

        await AssertShownAsync(bench, run, Old);
    }

    [Fact]
    public void Texts_are_trimmed_and_empty_ones_and_repeated_tags_are_left_out()
    {
        var made = RunAnnotations.Checked(new RunAnnotation { DisplayName = "  <b>Name</b> ", Tags = ["a", " A ", "", "=b"], Note = " one\r\n\ttwo " });
        Assert.Equal(new RunAnnotation { DisplayName = "<b>Name</b>", Tags = ["a", "=b"], Note = "one\n\ttwo" }, made);
        Assert.Equal(new RunAnnotation(), RunAnnotations.Checked(new RunAnnotation { DisplayName = " ", Tags = [], Note = "" }));
    }

    [Theory]
    [InlineData("displayName", 101, "name can have at most 100 characters, and this one has 101")]
    [InlineData("tags[1]", 51, "tag can have at most 50 characters, and this one has 51")]
    [InlineData("tags", 21, "at most 20 tags, and these are 21")]
    [InlineData("note", 2001, "note can have at most 2,000 characters, and this one has 2,001")]
    public void What_is_too_long_is_refused_with_its_limit(string field, int length, string sentence)
    {
        RunAnnotation Made(int size) => field switch
        {
            "displayName" => new() { DisplayName = new string('n', size) },
            "note" => new() { Note = new string('n', size) },
            "tags" => new() { Tags = [.. Enumerable.Range(0, size).Select(static number => $"t{number}")] },
            _ => new() { Tags = ["a", new string('t', size)] },
        };
        var fault = Assert.Throws<InputException>(() => RunAnnotations.Checked(Made(length)));
        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
        Assert.Equal(field, fault.Location.Field);
        Assert.Equal(Made(length - 1), RunAnnotations.Checked(Made(length - 1)));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2067b")]
    [InlineData("a\u2028b")]
    public void Characters_that_could_disguise_a_name_are_refused(string text)
    {
        Assert.Throws<InputException>(() => RunAnnotations.Checked(new RunAnnotation { DisplayName = text }));
        Assert.Throws<InputException>(() => RunAnnotations.Checked(new RunAnnotation { Tags = [text] }));
        Assert.Equal(text is "a\nb" or "a\u2028b", Record.Exception(() => RunAnnotations.Checked(new RunAnnotation { Note = text })) is null);
    }

    [Fact]
    public void A_tag_with_a_comma_is_refused() =>
        Assert.Equal("tags", Assert.Throws<InputException>(() => RunAnnotations.Checked(new RunAnnotation { Tags = ["a, b"] })).Location.Field);

    private static async Task AssertShownAsync(Bench bench, RunId run, RunAnnotation expected)
    {
        Assert.Equal(expected, (await bench.Reader.GetAsync(run, Cancel))!.Annotation);
        Assert.Equal(expected, (await bench.Reader.ListAsync(null, 10, Cancel)).Runs.Single(listed => listed.Run == run).Annotation);
        var sorted = await bench.Reader.ListAsync(new RunQuery { Order = RunOrder.Name, Search = expected.DisplayName ?? expected.Note }, null, 10, Cancel);
        Assert.Equal(expected, sorted.Runs.Single(listed => listed.Run == run).Annotation);
    }

    private static async Task DeleteAsync(Bench bench, RunId run)
    {
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Delete, Cancel);
        while ((await bench.Advancer.AdvanceAsync(run, Cancel)).State is not null)
        {
            // Another step of the deletion.
        }
    }

    private static async Task<ImmutableArray<string>> BlobsAsync(RunStorage storage, RunId run) =>
        [.. await storage.ListAsync(run, "", Cancel).Select(static blob => blob.Name).ToListAsync(Cancel)];
}
