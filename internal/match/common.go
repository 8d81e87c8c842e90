package match

// commonGroups are the groups of four bytes that are met most often in source code, from the first on. It was counted
// in the sources of git, go-git, trufflehog, and the libraries of Go, Python, Perl and C, as much of each. What stands
// for a byte is the letter with the same lower five bits, @ for none of them: a blank is @, and a 0 is p. What it
// says decides how fast a search is, not what it finds.
const commonGroups = `
@@@@ j@@@ jiii @the iiii [jii the@ @[ji turn etur retu tion ljii name type @z]@ @@@c urn@ ijii lj@@ self jj@@ @@c@ zj@@
@err [j@@ stri iif@ @str ing@ ring file rror @to@ @if@ erro trin @con for@ @@@g iret @is@ func stru test truc ruct @for
@@@i @ret i@[j iire cons @@@s i]ji cont ij@@ @@@r iiif @of@ elfn @@@b mmmm onst err@ and@ @and jjjj data comm @sel @in@
i[ji ji]j with ii]j defi ion@ efin ine@ @@@d valu fine ioo@ alue @not @int @@re port l@er uct@ jiif atio stat ]jii from
ctor not@ j]jj @@if if@h code sion @nil joo@ @def ecto ter@ ject path read int@ @wit ]lji line @joj iii] cccc jii] text
def@ jjii @@@p nj@@ @com tter jiir ment glj@ @@px ions this ptio comp bjec iter ame@ @a]@ ]jji form @fil cdef obje @use
writ able nter jcde char i]jj size onte tect pack ting dete ange head @typ atch izj@ hash @thi nst@ n@th time byte jire
unc@ etec e@]@ resu bl@b his@ z@@@ rite sult esul ctio args ej@@ @m^@ want ommi mmit jfun @]]@ @cha @res tern @@@m ncom
r@z] i@@@ ted@ @tha ingn opti ith@ e@th f@th @@@] @c@@ erat ent@ @[j@ requ call s@th all@ @@se @val jioo inte ijji @be@
orma gj@@ true @@de conf istr @@@t iiji sign @]@s matc list ader that ette vers ntex hat@ ilji s@]@ ound iiir ifor l@le
ase@ repo t@]@ @par @or@ blji eade j@j@ lett @tru onfi hsel @obj ype@ inde lfn_ ther pppp @nam base hiji @tes nfig ator
bj@@ l@[j rr@z @pxp @len @@@e rmat g@@@ ]@ni else none @pro ersi tree e@re info ding case ort@ enam alse spec nil@ ntyp
fals iii@ @@@[ [jji @fun lenh entr ile@ @@@j pars bjib mpor para rsio of@t dule efer ii@@ arse rorh lati o@th aaaa rom@
are@ modu @@@f odul vali erri nsta @let void @can rang @@@h har@ he@s iioo nerr i[jj @non stor bool c@@p impo tate ill@
@@bb @arg ]j@@ veri atin ecre r@]@ rent @fro ings alid remo ence cret use@ esti @@@o ned@ pxpp allo secr @bbb back @fal
ight il@[ riji i]lj e@in erif rato enco stin e@co @els rint gith posi init ient prin amel mple como @sta s@no zjii ate@
ar@j lass jiis diff ithu jiio thub @it@ l@@c cann @ver a]@n he@c @key chec gl@g jjfu heck clas ii]l nnew tory lock @c@g
appe quir load iiin _typ l@co ndex equi ault @has tati http @ran z]@r @pat rrij uire tors ioj@ eren t@th faul ijj@ scan
@as@ @pl@ @are bgit ]str nge@ inst defa pend ]@]@ ii[j bnco s@a@ ents attr efau @@]j @dat in@t @]@p ncod fere hubn njii
_con mel@ if@e t@ch iji] icas oid@ ntry ubnc loca date emen @lat ture osit tin@ uffl ffle r@a] jiip st@c cept @@co sing
@@st oint ilj@ ated @all truf ruff iiic sed@ pare tera r@th l@in @opt late renc bbbj iiis @new flag elji ode@ tj@@ ezj@
ress d@in @@@_ @an@ rr@a @lin @pre t@re t@[j @@@a nc@h exte clos mbin item ejii @imp ifie ble@ mode clud @rep iitn refe
[jj@ f@er uint chan eque erl@ enti @by@ cess ]jjf t@st jifo cted jjoo pect nput ed@t ypes e@is ecti l@re hi@[ hcon refs
pres aram inpu incl sour erna njj@ ourc urce @cal acka @my@ @ref ffer dsel @@@u @sec lse@ otru ssan @j@@ i[j@ iiio @@my
ed@i @we@ jiin bing s@in nner @rea ckag rect @mod @ff@ jiib anne kage d@to ecte jist pref sbl@ node z]@s tore used i@j@
llow is@n lude sj@@ refi user umbi plum mez@ lumb rese move @sca @@g\ jica nclu icon bloc @whe unch t@is amez ount @sub
@boo ]@ra ould ess@ oken ed@b exce mote s@to iiwa [jis ons@ e@[j elfl work dent unct ache jibg ener ilen temp copy ytes
card ance lose emot set@ ibgi @oo@ itor in@s @]@d ingj expe grou impl iwan @det age@ coun ults ]]]] @set iiib xcep star
iiit [j]j ijis out@ rbuf have ingh @get reat ints icat hang tal@ toke poin jisn @per ]@st ]byt @car @exp biji @@in etho
l@th dire ng@t ppen alle to@t tiji @]@r oper nnam []by trib ef@_ @]^@ is@a joji tive e@fo iina @@th strb ermi inam s@an
irec der@ he@f @voi e@of ]jjo will n@re word mber er@t can@ @wil lji] trbu lfl@ [jir amdv mdvt bbj@ lien nval cach ata@
blj@ xpec @@el epos nreg ntvt @@ca hstr rn@n mall meth []st sert jii[ aren ning open othe my@d jiic joj@ ore@ intv clie
jtyp efix uld@ es@t ntin oo@t @app stan find ssss hj@@ make nstr herr f@__ nti@ hand e@to igne ype_ @]@o @req asse if@t
ibut @out orsn tart ribu ompa here l@st tial t@co ji@@ anch sito righ thin endi ndle expr ass@ @ope cati bran atus anop
ecur get_ ssio f@ha buff amei auth atte only @]@b tatu qqqq jii@ gene n@]@ ield or@_ ypen iiiw @@j@ ncti buil @]jj hil@
ques d@]@ _com uffe ranc sano uest atic her@ e@fi _nam iico over ]jj@ idat endh d@th z@pl ect@ or@t t@of _ite e@an @tim
jjio tabl @[]s [jic @any ests fied t@in iles htl@ next iioj @_l@ he@r qual acti @\\@ @mat @cap serv eate @add crea @whi
hen@ rj@@ extn stre @fin ji@j ined snre in@c s@z] andl ti@[ _fil issi colo must deco e@st ines he@p ror@ numb thod iona
e_re ing[ fset smal @byt @dif @dis oerr irst tain ingl firs mark miss unde rity es@a edl@ l@@@ offs gned ogom @sma part
nver jtes umbe d@by ncon @]j@ noer trac nts@ tner ffse pl@@ @ins @@@n tche jjoj @jte ueji null @dir ]j]j t@to iiid iist
l@an n@ca lags nnoe jiiv ant@ o@re leme l@ty thej jiit hijj jojj @on@ oj@@ @dse equa rgs[ hiij @sho ]iji ames @g\u ocal
ers@ foun lue@ or@i ract s@[j se@i if@n jj@j rrrr terr @]@g se@o @]@n rorf ll@l est@ orfh @pac narg rn@t @a@s @tra trea
resp @git cate nfro @[]b rfhb one@ ded@ nsig fiel sel@ nres @hea tch@ when ects iiip lsel if@s spac ern@ tl@e jjir atal
elfm t@no @reg rify pena term ]@el plat curs perm ital ij[j al@l @siz olor lfm^ peci dj@@ ntsr arra onta ize@ lter var@
ret@ tic@ rnal pamd raph nilj opam j[ji rifi e@pa ed@a ext@ lice arch sser nce@ ij]j @@]@ onal any@ ne@g esl@ g@]@ hunk
nd@t rati s@re @rem leng roun rn@f or@a dist @]@t lloc grap @num t@z] ionn mask ing_ e@ca secu addr iifo @@[@ @@@\ @mak
gz@g e@us buf_ @@fo objn nppp @ind @]@f leas sub@ ist@ l@ni to@a pass ght@ @ite ical pace hint outp proc n@in try@ ]@re
tput engt nera fmtn tent curi ster @@[] utpu estn ct@[ e@se @lis l@op njfu _str capi r@_l tes@ mgit _sta eiji ecod [ji]
rn@s @@pa @but iipn e@gl esec ehi@ lowe t[ji @cod apit tor_ intf l@be nder t@jt gomg lete omgi ]@se @spe s@of tor@ ntai
ireq bute n@se @oth ult@ supp urit @exc @]@a ntl@ tran urns ngth ion_ brea leho atom pita i@]@ @]@c l@bu jsta rais ed@f
ise@ jiop newh @cur ust@ @bas yteh uild ei[j @cop ndef aise mand @pri omma ante main fleh ude@ @gl_ esbl inti ehog pe@]
if@a nten er@i gito s@ar jojc @]@e @hav se@t @wri z]@f ionj t@be hij@ even [str m^@l @]@[ prog ngnt @you @pos nadd ites
onti ht@j tsl@ s@fo l@se free ure@ p@[j less ream patt unsi tbl@ but@ ez@b e@@@ rans elfi orte acke rn@r @onl iiiv lsej
@@@l ires ory@ gilj nj@j if@l pera ease i]ij i]j] erve subm rtyp itne rns@ pesn curr ruej iste link e@de n@sm @che @g\x
@sig er@o nly@ ]@p[ regi umen you@ @]@i end@ rate nhas arge me@_ ead@ ere@ iiia hres c@hs @p[j @gen ttri mman @@@w filt
e@op @]@h @inc ilte ies@ shif hift @@m@ s@is ng@a yped ct[] @ql@ is@f scri ende xten ulti r@[j uct[ sage @bin inva @hs@
@rai he@l l@pa urre edef ruel ree@ @]@_ need fer@ ense les@ ific @sys ^j@@ ndif jimp ally nal@ bz@b @@oo rren thre ave@
@jj@ gjii bjji tinu entl jjif stl@ @oj@ he@i eri@ rele ever iint @end or_t he@g nget nd@a acce re@t ednj enta atur _ini
oo@c perl rr@] ^@la reso put@ core ionl tjii ]jjs pede _pat e@wi @cre in@a last g@th ingi @@ra map[ z]@c lese red@ its@
nclo @sto orde nlin @@jo prot @nul ]@co shal errj se@[ long rted ]@[] y@th ojii ches rray h@th omot d@re e@a@ pdat sts@
xter p@]@ @loc fles unti ntfh @ext ntz@ rmis itio @map @tem ath@ upda ters ect_ njoo f@le gnti inue ngl@ @ent odin reak
he@e is@i anal codi cces ii@j rder r@in rn@p @met me@] @at@ @blo jijj neri cket @ssa is@s _add l@pl ileh n@a@ @see econ
desc ityo @buf _for rori extr if@d iver mpla hich @@hg ll@b ]ji] @wor nill t@an ]@sn naly whic er@a ngt@ i]@e cond etch
aliz e@if chun sehi led@ f@no vert tort fore conv _@]@ ries lel@ shou he@o empl is@t iopa cinc _ref roup @@ex bilj ack@
tyot uppo idef on@t sent tem@ ilit @no@ dele fata @uni enj@ @@oj pkgo ower elea yotr zero onl@ houl ppor motr jjst opkg
bmod l@gl rrji eval z]@p merg _pro thij rors i@]] r_ty ompi nwan eset floa orig he@t @]@m es@] @aut e@pr ]@ob _lis estr
eter len@ hogo niti @hji szj@ ocat jsub icen oo@s ovso opts each mpre onse ndhi erge chil oo@a @htt enum atah mit@ st@s
@]@q stem he@d er@s @@@v ize_ ogov he@a ngji []ji ez@@ z@ql govs sopk empt @des vsop hi[j bbbb ommo @rec th@t warn spon
jcin er@f ive@ o@co espo @one push jiid imen @wan loat mmon @a@c orty ojcd inth hing oseh e@ar rjii s@co @@ge ii@[ jjib
ool@ ijic e[ji elj@ wind conn ebl@ ywor nppr git@ ct@s elet xist ven@ keyw ectn ary@ _val s@wi suit eywo z@[] hout mpil
exis @dec _res @@__ urse defe ts@t @att roce lues jjim ]@ma ied@ e@li esnj z]@v left ameh @@tr at@t @fou ionh indo pnpp
auto ich@ util rame lect bili oo@r vide ncur ehij @p@[ @del _opt oo@i nt@i n@ni igna i@m^ tbji anti yste he@n bl@e @clo
emov ed@w json terj n@tr ecif s[ji n@er oces to@b syst ntri ed@] expo @acc ndin ompr ualh ndow sezj odeh trai lid@ @@pr
pl@p nfat indi ontr ate_ iven t@@@ ubmo clea dbl@ ampl uite @cla @pas t@fo crip oo@m reg@ ript ame_ l@va mdat @enc npar
on@i fail host m@th t@pa ing] memo thor imeo pile mpar ]]@p elem tual @@@z hi@] t@wi lena nwri en@t alyz e@te ewri mpat
@sup gist lyze @inf el@b utho essi rget @a@p eij@ tanc cend seth prov rses _siz ttps @han _ver l@ar c@gp nt@t lly@ @mus
tomi ri@[ xtra ]@p@ ace@ @plu ibre ti[j l@px el@f if@i nore roto urnj ered targ txl@ bi[j @eve gnor l@si ktre z@px f@se
fica rktr el@d omda egis rege lj@g e_co orkt nset @so@ eizj se@s vice nnot then ]@c@ buf@ ched ules trie _get ber@ ify@
@@te vari te@t @und nezj @tok @c@t or@h iijj @@@q thou inal entn f@re lsez ses@ skip ente orhe rnji romd iibr ter_ jide
@nee []lj ctxl body essa jico @@[j de@b iren @[@[ rage @jre _par fetc plic ypep ndet tack l@fi otes onez d@no hctx uel@
ent_ @fmt vent e@no uelj lity _key eerr igin c@in _lin @bre ng@i igno l@fu o@be key@ iide ackg ords nequ tnwa glib sysn
opar ver@ e@it boun ntro egex sort stac chin omic mpty onej nchi face nfor iij@ ind@ luei ept@ itho atai l@]@ cal@ _inf
[@re s[p] cens ates hall nceh le@i inen _pre asic hild escr rher ehin sock ssag ack_ fm^[ rovi @mem nted l@no @run l@or
]@in @got omog n@be t_co ioni pons r@a@ full modi cifi teri @ttn r@re nden ypez sure @col ]@vn he@b king kgro on@o give
ctiv @loo nbl@ @ass ovid tl@t sync it@i ensi odif [@[n le@t z@tr to@c mult ypeh tei@ e@ma exam parm bjij dres ckgr xint
enjj usin tfhb athn ii]@ or@e e@so prop
`
